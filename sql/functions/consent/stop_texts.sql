-- A number's holder wants no more texts: on the list, in the ledger, what waits for the number is cancelled, and its
-- users have opted out. All of it, or none.
--
-- The users' preferences are taken first. A claim holds them for every text that it lets through, so it ends before
-- this begins, or finds them taken and comes back to see the number suppressed: no text is claimed after a STOP that is
-- on record. A claim waits for nobody, so waiting for it here closes no circle. Jobs and texts follow, as everywhere.
create or replace function herald.stop_texts(
  p_phone_number text,
  p_reason text,
  p_source text,
  p_words text,
  p_inbound_sid text,
  p_now timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_holders uuid[];
  v_cancelled integer;
begin
  perform herald.lock_number(p_phone_number);

  -- Why is for whoever has proved that the number is theirs: they read it with their texts and preferences.
  v_holders := array(
    select user_id from public.user_sms_preferences where phone_number = p_phone_number and phone_verified
  );
  select count(*)
  into v_cancelled
  from (values (true, p_reason), (false, 'opted out before')) as told (is_holder, reason)
  cross join lateral herald.cancel_texts(
    array(
      select id
      from public.sms_messages
      where phone_number = p_phone_number
        and status in ('pending', 'scheduled', 'queued')
        and (user_id = any (v_holders)) = told.is_holder
      order by id
    ),
    'not_opted_out: ' || told.reason, p_now
  );

  perform herald.suppress_number(p_phone_number, p_reason, p_source, p_now, p_words, p_inbound_sid);

  update public.user_sms_preferences
  set
    opted_out = true,
    opted_out_at = p_now,
    opt_out_reason = case when phone_verified then p_reason else 'opted out before' end
  where phone_number = p_phone_number and opted_out is not true;
  return v_cancelled;
end;
$$;

comment on function herald.stop_texts(text, text, text, text, text, timestamptz) is
'Suppresses a number, opts its users out and cancels what waits for it; returns how many texts.';

revoke execute on function herald.stop_texts(text, text, text, text, text, timestamptz) from public;
grant execute on function herald.stop_texts(text, text, text, text, text, timestamptz) to herald_runner;
