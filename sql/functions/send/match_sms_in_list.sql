-- Which entry of the provider's list an attempt has made, if any: one that has the sender, the number and the words,
-- was created while the attempt ran (a minute more on both sides, for clocks), and is nobody else's. A SID that any
-- text, attempt or report of ours has is not in question.
--
-- Texts in doubt with the same words to the same number cannot be told apart, nor need they be: as many entries as
-- texts are matched one to one, in the order of time. With more entries than texts one of them is a stranger's, and
-- nobody can say which. With fewer, the list may be behind; once it is not any more, the earliest texts have them.
create or replace function herald.match_sms_in_list(
  p_attempt_id uuid,
  p_entries jsonb,
  p_is_settled boolean,
  p_now timestamptz
)
returns table (verdict text, sid text, twilio_status text, error_code integer)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with mine as materialized (
    select
      attempt.id, attempt.sender, attempt.account, attempt.started_at, attempt.finished_at, message.phone_number,
      message.message_content
    from herald.sms_attempts as attempt
    inner join public.sms_messages as message on message.id = attempt.message_id
    where attempt.id = p_attempt_id
  ),
  doubtful as materialized (
    select
      attempt.id, attempt.outcome, attempt.started_at, coalesce(attempt.finished_at, p_now) as ended_at,
      row_number() over (order by attempt.started_at, attempt.id) as place
    from mine
    inner join public.sms_messages as message
      on message.phone_number = mine.phone_number
        and message.status = 'sending'
        and message.message_content = mine.message_content
    inner join herald.sms_attempts as attempt on attempt.id = herald.current_attempt(message.id)
    where attempt.sender is not distinct from mine.sender
      and attempt.account is not distinct from mine.account
      and attempt.started_at <= mine.finished_at + interval '2 minutes'
      and coalesce(attempt.finished_at, p_now) >= mine.started_at - interval '2 minutes'
  ),
  listed as materialized (
    select
      entry.sid, entry.status, entry.error_code,
      row_number() over (order by entry.created_at, entry.sid) as place
    from (
      select distinct on (given.sid)
        given.sid, given.status, herald.integer_or_null(given.error_code) as error_code, given.direction,
        herald.timestamptz_or_null(given.date_created) as created_at, given.to_number, given.from_number,
        given.messaging_service_sid, btrim(given.body) as body
      from jsonb_to_recordset(p_entries) as given (
        sid text, status text, error_code text, direction text, date_created text, to_number text, from_number text,
        messaging_service_sid text, body text
      )
      where char_length(given.sid) between 1 and 64 and char_length(given.status) between 1 and 64
    ) as entry
    inner join mine
      on mine.phone_number = entry.to_number
        -- A Messaging Service names no number at first.
        and coalesce(
          mine.sender = case
            when mine.sender like 'MG%' then entry.messaging_service_sid else entry.from_number
          end,
          true
        )
    where entry.direction like 'outbound%'
      -- A trial account's words begin with words of the provider's.
      and (
        entry.body = btrim(mine.message_content)
        or entry.body = 'Sent from your Twilio trial account - ' || btrim(mine.message_content)
      )
      and exists (
        select
        from doubtful
        where entry.created_at >= doubtful.started_at - interval '1 minute'
          and entry.created_at <= doubtful.ended_at + interval '1 minute'
      )
      and not exists (select from public.sms_messages as known where known.twilio_sid = entry.sid)
      and not exists (select from herald.sms_attempts as known where known.twilio_sid = entry.sid)
      and not exists (
        select
        from herald.sms_status_log as report
        where report.twilio_sid = entry.sid and (report.message_id is not null or report.attempt_id <> mine.id)
      )
  ),
  counted as (
    select
      (select count(*) from doubtful) as texts,
      (select count(*) from listed) as entries,
      (select bool_or(doubtful.outcome is null) from doubtful) as is_one_under_way,
      (select doubtful.place from doubtful inner join mine on mine.id = doubtful.id) as place
  )
  select
    case
      -- Its answer may be one of these entries.
      when counted.is_one_under_way then 'wait'
      when counted.entries > counted.texts then 'ambiguous'
      when counted.entries between 1 and counted.texts - 1 and not p_is_settled then 'wait'
      when listed.sid is null then 'absent'
      else 'found'
    end,
    listed.sid, listed.status, listed.error_code
  from counted
  left join listed on listed.place = counted.place;
$$;

comment on function herald.match_sms_in_list(uuid, jsonb, boolean, timestamptz) is
'found, absent, ambiguous, or wait: whether an attempt in doubt made one of these entries, and which. p_is_settled: '
'whether the list has had the time to be complete.';

revoke execute on function herald.match_sms_in_list(uuid, jsonb, boolean, timestamptz) from public;
grant execute on function herald.match_sms_in_list(uuid, jsonb, boolean, timestamptz) to herald_runner;
