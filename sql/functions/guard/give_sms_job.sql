-- Nobody sends a queued text that has no job. Whoever queues one by a plain update, as the seed does in 8.4, gives it
-- one with that; so does whoever redrives one so, or says of one in doubt that it has not gone: there the held job
-- waits again. The functions that queue texts link the job themselves.
create or replace function herald.give_sms_job()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id uuid;
begin
  update public.queue_jobs
  set status = 'pending'
  where id = new.queue_job_id and status = 'processing' and lease_expires_at is null;
  if found or exists (
    select
    from public.queue_jobs
    where id = new.queue_job_id and status in ('pending', 'retrying', 'processing')
  ) then
    return null;
  end if;

  insert into public.queue_jobs (user_id, job_type, scheduled_for, priority, max_attempts, correlation_id, metadata)
  values (
    new.user_id, 'send_sms', coalesce(new.scheduled_for, now()), herald.job_priority(new.priority), new.max_attempts,
    new.correlation_id, jsonb_build_object('message_id', new.id, 'priority', new.priority)
  )
  returning id into v_job_id;

  update public.sms_messages set queue_job_id = v_job_id where id = new.id;
  return null;
end;
$$;

comment on function herald.give_sms_job() is 'Trigger: a text that a plain update has queued gets its job.';

revoke execute on function herald.give_sms_job() from public;

create or replace trigger t60_give_sms_job
after update on public.sms_messages
for each row when (
  new.status = 'queued'
  and old.status in ('pending', 'scheduled', 'sending', 'failed', 'undelivered')
  and (new.queue_job_id is null or new.queue_job_id is not distinct from old.queue_job_id)
)
execute function herald.give_sms_job();
