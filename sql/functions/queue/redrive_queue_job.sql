-- Gives a job that failed for good, and its text, another life, with all its attempts.
create or replace function public.redrive_queue_job(p_job_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.queue_jobs
  set
    status = 'pending',
    attempts = 0,
    scheduled_for = p_now,
    error_message = null
  where id = p_job_id and status = 'failed';
  if not found then
    return false;
  end if;

  update public.sms_messages
  set
    status = 'queued',
    attempt_count = 0,
    twilio_sid = null,
    twilio_status = null,
    twilio_error_code = null,
    twilio_error_message = null
  where queue_job_id = p_job_id and status = 'failed';
  return true;
end;
$$;

comment on function public.redrive_queue_job(uuid, timestamptz) is
$$Puts a failed job, and the text of a send_sms job, back in the queue with all attempts; false if it has not failed.

A text passes the gates again: one that has expired meanwhile is cancelled.$$;

revoke execute on function public.redrive_queue_job(uuid, timestamptz) from public;
grant execute on function public.redrive_queue_job(uuid, timestamptz) to herald_runner;
