-- Brings a text to where the provider says it is. Called with a text that the report is certainly about.
--
-- A report with a SID is proof of acceptance, whatever its word: a text still `sending` becomes sent by any of them,
-- and a held job ends. A job under a living lease is left to its runner, which is just about to say the same.
create or replace function herald.apply_sms_report(
  p_message_id uuid,
  p_twilio_sid text,
  p_twilio_status text,
  p_mapped_status text,
  p_error_code integer,
  p_error_message text,
  p_now timestamptz
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
  v_held_job_id uuid;
  v_text public.sms_messages;
  v_target text := p_mapped_status;
  v_attempt_id uuid;
begin
  -- Job before text, as everywhere.
  select job.id
  into v_held_job_id
  from public.queue_jobs as job
  where job.id = (select queue_job_id from public.sms_messages where id = p_message_id)
    and job.status = 'processing'
    and job.lease_expires_at is null
  for no key update;

  select *
  into v_text
  from public.sms_messages
  where id = p_message_id
  for no key update;
  -- Nothing has been sent for it (any more): a report cannot be about what it is now. Looked at here: as a condition, a
  -- plan made beside no texts looks for it among all of them.
  if not found or v_text.status not in ('sending', 'sent', 'failed', 'undelivered', 'delivered') then
    return false;
  end if;

  -- Asked once, and not for each row that a plan may choose to look at.
  v_attempt_id := herald.current_attempt(p_message_id);
  if coalesce(herald.status_rank(v_target), -1) <= herald.status_rank(v_text.status::text) then
    v_target := v_text.status::text;
  end if;
  if v_target = 'sending' and coalesce(p_twilio_sid, v_text.twilio_sid) is not null then
    v_target := 'sent';
  end if;

  update public.sms_messages
  set
    status = v_target::public.sms_status,
    twilio_sid = coalesce(v_text.twilio_sid, p_twilio_sid),
    twilio_status = case
      when herald.status_rank(herald.map_twilio_status(p_twilio_status))
        < herald.status_rank(herald.map_twilio_status(v_text.twilio_status))
        then v_text.twilio_status
      else coalesce(p_twilio_status, v_text.twilio_status)
    end,
    twilio_error_code = case
      when v_target = 'delivered' then null else coalesce(p_error_code, v_text.twilio_error_code)
    end,
    twilio_error_message = case
      when v_target = 'delivered' then null else coalesce(p_error_message, v_text.twilio_error_message)
    end,
    sent_at = case
      when v_target in ('sent', 'delivered', 'undelivered') then coalesce(v_text.sent_at, p_now) else v_text.sent_at
    end,
    delivered_at = case
      when p_mapped_status = 'delivered' and v_target = 'delivered' then coalesce(v_text.delivered_at, p_now)
      else v_text.delivered_at
    end,
    failed_at = case
      when v_target in ('failed', 'undelivered') then coalesce(v_text.failed_at, p_now) else v_text.failed_at
    end
  where id = p_message_id;

  update herald.sms_attempts
  set outcome = 'accepted', finished_at = p_now, twilio_sid = p_twilio_sid
  where id = v_attempt_id
    and p_twilio_sid is not null
    and (outcome is null or outcome = 'unknown')
    and v_text.status = 'sending';

  update public.queue_jobs
  set status = 'completed', completed_at = p_now, result = jsonb_build_object('twilio_sid', p_twilio_sid)
  where id = v_held_job_id and v_target <> 'sending';

  -- Once in a text's life, by the first report that says so, or the first that says why.
  if (v_target = 'delivered' and v_text.status <> 'delivered')
    or (
      v_target in ('failed', 'undelivered') and p_error_code is not null
      and (v_target <> v_text.status::text or v_text.twilio_error_code is null)
    )
  then
    perform herald.heed_report(
      v_text.phone_number,
      (select sender from herald.sms_attempts where id = v_attempt_id),
      v_target, p_error_code, p_now
    );
  end if;

  return v_target <> v_text.status::text;
end;
$$;

comment on function herald.apply_sms_report(uuid, text, text, text, integer, text, timestamptz) is
'Applies a report of the provider to its text; true if the status moved.';

revoke execute on function herald.apply_sms_report(uuid, text, text, text, integer, text, timestamptz) from public;
grant execute on function herald.apply_sms_report(uuid, text, text, text, integer, text, timestamptz)
to herald_runner;
