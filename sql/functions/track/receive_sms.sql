-- Takes a text that came in: on record once under its SID, however often it is told, and what it means is done in the
-- same transaction. Only E.164 numbers can be texted, so another sender has nothing that could be stopped.
create or replace function public.receive_sms(
  p_twilio_sid text,
  p_from text,
  p_to text,
  p_body text,
  p_opt_out_type text default null,
  p_parameters jsonb default '{}',
  p_now timestamptz default now()
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_meaning text;
  v_times integer;
begin
  p_now := coalesce(p_now, now());
  if coalesce(p_twilio_sid, '') = '' or coalesce(p_from, '') = '' then
    raise exception 'p_twilio_sid or p_from is missing'
      using errcode = '22004', hint = 'Pass on what the request says in MessageSid and From.';
  end if;
  if greatest(char_length(p_twilio_sid), char_length(p_from), char_length(p_opt_out_type)) > 64 then
    raise exception 'p_twilio_sid, p_from or p_opt_out_type has more than 64 characters'
      using errcode = '22023', hint = 'Pass on what the request says in MessageSid, From and OptOutType.';
  end if;

  v_meaning := herald.read_reply(p_body, p_opt_out_type);
  insert into herald.inbound_sms as known (
    twilio_sid, number_hash, from_number, to_number, words, opt_out_type, meaning, needs_review, parameters,
    received_at, last_received_at
  )
  values (
    -- Twilio joins what comes in parts, up to 1,600 characters.
    p_twilio_sid, herald.number_hash(p_from), p_from, left(p_to, 64), left(p_body, 1600), p_opt_out_type, v_meaning,
    herald.reply_needs_review(p_body, v_meaning),
    coalesce(p_parameters, '{}') - array['To', 'From', 'Body', 'SmsSid', 'MessageSid', 'AccountSid', 'OptOutType'],
    p_now, p_now
  )
  on conflict (twilio_sid) do update
  set times_received = known.times_received + 1, last_received_at = p_now
  returning meaning, times_received into v_meaning, v_times;

  -- What has been done already may have been taken back since.
  if v_times > 1 or p_from !~ '^\+[1-9][0-9]{6,14}$' then
    return v_meaning;
  end if;

  if v_meaning in ('stop', 'stop_in_words') then
    perform herald.stop_texts(
      p_from, case v_meaning when 'stop' then 'answered STOP' else 'asked in a text to stop' end, 'inbound',
      left(p_body, 1600), p_twilio_sid, p_now
    );
  elsif v_meaning = 'start' then
    perform herald.start_texts(p_from, 'inbound', left(p_body, 1600), p_twilio_sid, p_now);
  end if;
  return v_meaning;
end;
$$;

comment on function public.receive_sms(text, text, text, text, text, jsonb, timestamptz) is
$$Records a text that came in, does what it asks for, and tells what: stop, start, help, stop_in_words or other.

stop and stop_in_words: no text goes to the number any more, what waits for it is cancelled, and its users have opted
out. start lifts that. help and other change nothing: Twilio answers HELP itself. The same p_twilio_sid again changes
nothing.

p_opt_out_type: OptOutType of the request, if Advanced Opt-Out is on.
p_parameters: the rest of the request.

Errors: 22004 SID or sender missing; 22023 too long.

Example: {"p_twilio_sid": "SM2222", "p_from": "+12025550123", "p_to": "+15005550006", "p_body": "STOP"}$$;

revoke execute on function public.receive_sms(text, text, text, text, text, jsonb, timestamptz) from public;
grant execute on function public.receive_sms(text, text, text, text, text, jsonb, timestamptz) to herald_runner;
