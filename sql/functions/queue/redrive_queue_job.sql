-- Gives a job that failed for good, and its text, another life, with all its attempts.
create or replace function public.redrive_queue_job(p_job_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  p_now := coalesce(p_now, now());
  update public.queue_jobs as job
  set
    status = 'pending',
    attempts = 0,
    scheduled_for = p_now,
    error_message = null
  where id = p_job_id
    and status = 'failed'
    -- Its text may be under way by another job, and then this one is over.
    and not exists (
      select
      from public.sms_messages as message
      inner join public.queue_jobs as other on other.id = message.queue_job_id
      where job.job_type = 'send_sms'
        and message.id = herald.uuid_or_null(job.metadata ->> 'message_id')
        and other.id <> job.id
        and other.status = 'processing'
    );
  if not found then
    return false;
  end if;

  update public.sms_messages set status = 'queued' where queue_job_id = p_job_id and status = 'failed';
  perform herald.wake_runners();
  return true;
end;
$$;

comment on function public.redrive_queue_job(uuid, timestamptz) is
$$Puts a failed job, and the text of a send_sms job, back in the queue with all attempts; false if that cannot be.

False means that it has not failed, or that the text is being sent by another job. A text passes the gates again: one
that has expired meanwhile is cancelled.

Errors: SMS01 the text has been erased.

Example: {"p_job_id": "30000000-0000-4000-8000-000000000003"}$$;

revoke execute on function public.redrive_queue_job(uuid, timestamptz) from public;
grant execute on function public.redrive_queue_job(uuid, timestamptz) to herald_runner;
