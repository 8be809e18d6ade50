-- A status callback: kept in the ledger whatever it is about, then applied to its text. The text is known by the SID,
-- or by our attempt's id in the callback address if the answer with the SID never reached us.
create or replace function public.record_twilio_status(
  p_attempt_id uuid,
  p_message_sid text,
  p_message_status text,
  p_error_code integer default null,
  p_parameters jsonb default '{}',
  p_now timestamptz default now()
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_message_id uuid;
begin
  p_now := coalesce(p_now, now());
  if coalesce(p_message_sid, '') = '' or coalesce(p_message_status, '') = '' then
    raise exception 'p_message_sid or p_message_status is missing'
      using errcode = '22004', hint = 'Pass on what the callback says in MessageSid and MessageStatus.';
  end if;

  -- Twilio's have 34 characters.
  if char_length(p_message_sid) > 64 or char_length(p_message_status) > 64 then
    raise exception 'p_message_sid or p_message_status has more than 64 characters'
      using errcode = '22023', hint = 'Pass on what the callback says in MessageSid and MessageStatus.';
  end if;

  select id into v_message_id from public.sms_messages where twilio_sid = p_message_sid;
  if v_message_id is null then
    -- Only an attempt whose fate is open can have this SID: what was refused has none. And only the latest one: an
    -- earlier one's fate is not the text's any more. Somebody may have decided that it has not gone, and the text waits
    -- to be sent again: this proves that it has.
    select message.id
    into v_message_id
    -- Each by its key, before anything else is asked of it: a plan made beside no texts would ask that of all of them.
    from (select * from herald.sms_attempts where id = p_attempt_id offset 0) as attempt
    cross join lateral (
      select * from public.sms_messages as text where text.id = attempt.message_id offset 0
    ) as message
    where (attempt.outcome is null or attempt.outcome in ('unknown', 'not_sent'))
      and attempt.id = herald.current_attempt(message.id)
      and message.twilio_sid is null
      -- Another account has no attempts of this one.
      and (attempt.account = p_parameters ->> 'AccountSid') is not false
      and message.status in ('sending', 'queued', 'scheduled');
  end if;

  perform herald.lock_text(v_message_id);
  if v_message_id is not null and not herald.keep_from_resending(v_message_id, p_attempt_id) then
    v_message_id := null;
  end if;

  insert into herald.sms_status_log as log (
    twilio_sid, twilio_status, error_code, message_id, attempt_id, parameters, first_received_at, last_received_at
  )
  values (
    p_message_sid, p_message_status, p_error_code, v_message_id, p_attempt_id,
    coalesce(p_parameters, '{}') - array['To', 'From', 'Body', 'SmsSid', 'MessageSid', 'AccountSid'], p_now, p_now
  )
  on conflict (twilio_sid, twilio_status, error_code) do update
  set
    last_received_at = p_now,
    times_received = log.times_received + 1,
    message_id = coalesce(log.message_id, excluded.message_id);

  if v_message_id is null then
    return false;
  end if;
  return herald.apply_sms_report(
    v_message_id, p_message_sid, p_message_status, herald.map_twilio_status(p_message_status), p_error_code, null, p_now
  );
end;
$$;

comment on function public.record_twilio_status(uuid, text, text, integer, jsonb, timestamptz) is
$$Records a status callback of Twilio; true if it moved its text on.

Any order, any number of times, before or after our own record of the request. A callback about a text we do not know
is kept and gives false.

p_attempt_id: from the callback address.
p_parameters: the rest of the callback; numbers and words are not kept.

Errors: 22004 SID or status missing; 22023 too long.

Example: {"p_attempt_id": "70000000-0000-4000-8000-000000000006", "p_message_sid": "SM6666",
"p_message_status": "delivered"}$$;

revoke execute on function public.record_twilio_status(uuid, text, text, integer, jsonb, timestamptz) from public;
grant execute on function public.record_twilio_status(uuid, text, text, integer, jsonb, timestamptz) to herald_runner;
