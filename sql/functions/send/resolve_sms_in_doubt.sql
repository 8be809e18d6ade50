-- Decides a text that may or may not have gone, by somebody who has looked at the provider's list: it went under this
-- SID, or it did not and is sent again.
create or replace function public.resolve_sms_in_doubt(
  p_message_id uuid,
  p_was_sent boolean,
  p_twilio_sid text default null,
  p_now timestamptz default now()
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job public.queue_jobs;
begin
  p_now := coalesce(p_now, now());
  if p_was_sent is null or p_was_sent <> (p_twilio_sid is not null)
    or btrim(p_twilio_sid) = '' or char_length(p_twilio_sid) > 64
  then
    raise exception 'p_was_sent % does not go with p_twilio_sid %',
      coalesce(p_was_sent::text, 'null'), coalesce(quote_literal(left(p_twilio_sid, 40)), 'null')
      using errcode = '22023', hint = 'Give true with the SID of the provider''s list, or false without one.';
  end if;

  if exists (select from public.sms_messages where twilio_sid = p_twilio_sid and id <> p_message_id) then
    raise exception 'p_twilio_sid % is another text''s', quote_literal(p_twilio_sid)
      using errcode = '22023', hint = 'Look up the SID of this text in the provider''s list.';
  end if;

  perform herald.lock_text(p_message_id);
  select job.*
  into v_job
  from public.queue_jobs as job
  inner join public.sms_messages as message on message.queue_job_id = job.id
  where message.id = p_message_id
    and message.status = 'sending'
    and job.status = 'processing'
    and job.lease_expires_at is null;

  if not found then
    return false;
  end if;

  perform herald.settle_sms(
    jsonb_build_array(jsonb_build_object(
      'job_id', v_job.id,
      'processing_token', v_job.processing_token,
      'attempt_id', herald.current_attempt(p_message_id),
      'outcome', case when p_was_sent then 'accepted' else 'not_sent' end,
      'sid', p_twilio_sid,
      'error_message', case when not p_was_sent then 'decided by hand: the provider has not taken it' end,
      'retry_after_seconds', 0
    )),
    p_now
  );
  return true;
end;
$$;

comment on function public.resolve_sms_in_doubt(uuid, boolean, text, timestamptz) is
$$Decides a text that is held in doubt; false, and nothing changed, if it is not in doubt.

p_was_sent: true if the provider has it; false if it has certainly not, and then it is tried again at once, or fails if
  that was its last attempt.
p_twilio_sid: with true, the provider's SID.

Errors: 22023 the SID does not go with the answer, is blank or another text's.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000004", "p_was_sent": true, "p_twilio_sid": "SM4444"}$$;

revoke execute on function public.resolve_sms_in_doubt(uuid, boolean, text, timestamptz) from public;
grant execute on function public.resolve_sms_in_doubt(uuid, boolean, text, timestamptz) to herald_runner;
