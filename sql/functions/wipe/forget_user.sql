-- What decides whether, when and where a user is told of anything goes at once: nothing that waits passes the gates any
-- more. That there was an opt-out stays, and is counted on its day.
--
-- The number's turn and the preferences are taken as for a STOP, which so comes before or after.
create or replace function herald.forget_user(p_user_id uuid, p_now timestamptz)
returns bytea[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hashes bytea[];
  v_verifications uuid[];
begin
  perform herald.take_number(phone_number) from public.user_sms_preferences where user_id = p_user_id;
  perform from public.user_sms_preferences where user_id = p_user_id for no key update;

  -- Only numbers that were proved: any other somebody may just have written down, and what is on record about it is its
  -- holder's. A line of the ledger that has the holder's words stands with whoever had proved the number then.
  v_hashes := array(
    select herald.number_hash(phone_number)
    from public.user_sms_preferences
    where user_id = p_user_id and phone_number is not null and phone_verified
    union
    select number_hash
    from herald.consent_log
    where user_id = p_user_id
      and number_hash is not null
      and source <> 'user'
      and num_nonnulls(words, inbound_sid) > 0
    union
    select number_hash from herald.phone_verifications where user_id = p_user_id and outcome = 'verified'
  );

  -- Whoever is just emitting to them is waited for, in the order in which an emission takes these; what comes of that is
  -- found afterwards. Subscriptions stay, switched off: every delivery refers to one.
  delete from herald.notification_turns where user_id = p_user_id;
  delete from herald.notification_digests where user_id = p_user_id and flushed_at is null;
  perform from public.notification_subscriptions where user_id = p_user_id order by id for update;
  update public.notification_subscriptions set is_active = false, filters = null where user_id = p_user_id;
  delete from public.user_notification_preferences where user_id = p_user_id;
  delete from public.push_subscriptions where user_id = p_user_id;
  delete from herald.notification_latecomers where user_id = p_user_id;
  delete from herald.admins where user_id = p_user_id;

  v_verifications := array(select id from herald.phone_verifications where user_id = p_user_id);
  perform herald.end_verification(id, 'deleted', p_now)
  from unnest(v_verifications) as verification (id);
  delete from herald.verify_requests where verification_id = any (v_verifications);
  update herald.phone_verifications set user_id = null where id = any (v_verifications);

  update public.user_sms_preferences
  set
    phone_number = default,
    phone_verified = default,
    phone_verified_at = default,
    task_reminders = default,
    daily_brief_sms = default,
    urgent_alerts = default,
    morning_kickoff_enabled = default,
    morning_kickoff_time = default,
    evening_recap_enabled = default,
    next_up_enabled = default,
    event_reminders_enabled = default,
    marketing_enabled = default,
    quiet_hours_start = default,
    quiet_hours_end = default,
    timezone = default,
    daily_sms_limit = default,
    hourly_sms_limit = default,
    opt_out_reason = herald.erased_reason(opt_out_reason)
  where user_id = p_user_id;

  -- A series would go on making texts.
  perform
  from herald.cancel_texts(
    array(
      select id
      from public.sms_messages
      where user_id = p_user_id and status = 'scheduled' and recurrence_pattern is not null
    ),
    'erased: the user''s data are erased', p_now
  );
  return v_hashes;
end;
$$;

comment on function herald.forget_user(uuid, timestamptz) is
'Deletes a user''s wishes, devices and verifications and ends their series; returns hashes of numbers they had proved.';

revoke execute on function herald.forget_user(uuid, timestamptz) from public;
grant execute on function herald.forget_user(uuid, timestamptz) to herald_runner;
