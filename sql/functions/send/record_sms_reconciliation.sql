-- What the provider said when it was asked, told as facts; what follows is decided here. What is found goes the way of
-- any report. What is not found proves nothing: it is looked for again, after pauses that grow with the doubt, and only
-- settings.on_unknown = resend ever sends it again, once the list was looked at after the settle time and the first one
-- cannot leave the provider any more.
create or replace function public.record_sms_reconciliation(p_results jsonb, p_now timestamptz default now())
returns table (attempt_id uuid, message_id uuid, outcome text, message_status text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  v_settings herald.settings;
  v_told record;
  v_text public.sms_messages;
  v_attempt herald.sms_attempts;
  v_held public.queue_jobs;
  v_entry record;
  v_decide_at timestamptz;
  v_is_settled boolean;
begin
  p_now := coalesce(p_now, now());
  if jsonb_typeof(p_results) is distinct from 'array' then
    raise exception 'p_results is not an array but: %', coalesce(jsonb_typeof(p_results), 'null')
      using errcode = '22023', hint = 'Pass an array of objects with attempt_id, look_token, is_complete and entries.';
  end if;
  select * into v_settings from herald.settings;

  for v_told in
    select
      herald.uuid_or_null(each.result ->> 'attempt_id') as attempt_id,
      herald.uuid_or_null(each.result ->> 'look_token') as look_token,
      each.result -> 'is_complete' = 'true' as is_complete,
      case
        when jsonb_typeof(each.result -> 'entries') = 'array'
          and not jsonb_path_exists(each.result, '$.entries[*] ? (@.type() != "object")')
          then each.result -> 'entries'
        else '[]'
      end as entries,
      attempt.message_id
    from jsonb_array_elements(p_results) as each (result)
    left join herald.sms_attempts as attempt on attempt.id = herald.uuid_or_null(each.result ->> 'attempt_id')
    left join public.sms_messages as message on message.id = attempt.message_id
    -- Locked in the order of jobs, as everywhere.
    order by message.queue_job_id
  loop
    attempt_id := v_told.attempt_id;
    message_id := v_told.message_id;
    outcome := 'stale';
    perform herald.lock_text(v_told.message_id);
    select * into v_text from public.sms_messages where id = v_told.message_id;
    update herald.sms_attempts
    set look_token = null
    where id = v_told.attempt_id
      and look_token = v_told.look_token
      and id = herald.current_attempt(v_told.message_id)
    returning * into v_attempt;
    if not found then
      message_status := v_text.status::text;
      return next;
      continue;
    end if;

    select *
    into v_held
    from public.queue_jobs
    where id = v_text.queue_job_id and status = 'processing' and lease_expires_at is null;

    v_decide_at := v_attempt.finished_at + v_settings.settle_time;
    if v_settings.on_unknown = 'resend' then
      -- No validity is longer than ten hours, the provider's own.
      v_decide_at := greatest(
        v_decide_at, least(v_attempt.valid_until, v_attempt.started_at + interval '10 hours')
      );
    end if;
    v_is_settled := v_attempt.looked_at >= v_decide_at;

    if v_text.twilio_sid is not null then
      select 'reported' as verdict, given.sid, given.status as twilio_status,
        herald.integer_or_null(given.error_code) as error_code
      into v_entry
      from jsonb_to_recordset(v_told.entries) as given (sid text, status text, error_code text)
      where given.sid = v_text.twilio_sid and char_length(given.status) between 1 and 64;
      outcome := coalesce(v_entry.verdict, 'absent');
    elsif v_text.status <> 'sending' or v_held.id is null or v_attempt.outcome is distinct from 'unknown' then
      outcome := 'settled';
    elsif v_told.is_complete is not true then
      outcome := 'wait';
    else
      select *
      into v_entry
      from herald.match_sms_in_list(v_attempt.id, v_told.entries, v_is_settled, p_now);
      outcome := v_entry.verdict;
    end if;

    if outcome in ('found', 'reported') then
      perform public.record_twilio_status(
        v_attempt.id, v_entry.sid, v_entry.twilio_status, v_entry.error_code, p_now => p_now
      );
      -- A report without the attempt's id may have waited for somebody to know its SID.
      perform herald.place_early_reports(array[v_entry.sid], p_now);
    elsif outcome = 'absent' and v_text.status = 'sending' and v_is_settled
      and v_settings.on_unknown = 'resend'
      -- What hold_after_restore() holds may have gone in other words.
      and v_attempt.sender is not null
      and (v_text.expires_at > p_now) is not false
    then
      perform
      from herald.settle_sms(
        jsonb_build_array(jsonb_build_object(
          'job_id', v_held.id,
          'processing_token', v_held.processing_token,
          'attempt_id', v_attempt.id,
          'outcome', 'not_sent',
          'error_message', 'not in the provider''s list after the settle time, and on_unknown is resend',
          'retry_after_seconds', 0
        )),
        p_now
      );
      outcome := case when found then 'resent' else 'wait' end;
    end if;

    update public.sms_messages as message
    set look_at = herald.next_look_at(
      p_since => case when message.status = 'sent' then message.sent_at else v_attempt.finished_at end,
      p_decide_at => case when message.status = 'sending' then v_decide_at end,
      p_pause => case when message.status = 'sent' then v_settings.report_time else v_settings.first_look end,
      p_now => p_now
    )
    -- What has become sent by this has its next look already.
    where message.id = v_text.id and message.status = v_text.status and message.status in ('sending', 'sent');

    select status::text into message_status from public.sms_messages where id = v_text.id;
    return next;
  end loop;
end;
$$;

comment on function public.record_sms_reconciliation(jsonb, timestamptz) is
$$Records what the provider said about texts of claim_sms_to_reconcile; one row for each.

Words and numbers are compared and not kept.

p_results: an array of {attempt_id, look_token, is_complete, entries}; entries: {sid, status, error_code, direction,
  date_created, to_number, from_number, messaging_service_sid, body} of each message fetched or listed; is_complete:
  whether that is all there are.
outcome: found or reported (taken over as any report), absent, ambiguous, wait (something else is to be known first),
  resent, settled (by somebody else), stale (a token that is null, old or used).

Errors: 22023 not an array.

Example: {"p_results": [{"attempt_id": "70000000-0000-4000-8000-000000000004",
"look_token": "40000000-0000-4000-8000-000000000004", "is_complete": true, "entries": []}]}$$;

revoke execute on function public.record_sms_reconciliation(jsonb, timestamptz) from public;
grant execute on function public.record_sms_reconciliation(jsonb, timestamptz) to herald_runner;
