-- The job of a text that has gone back to scheduled has nothing left to do. One that somebody is just claiming is not
-- waited for: a claim ends a job that no text waits for.
create or replace function herald.drop_sms_job()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.queue_jobs
  where id = (
    select id
    from public.queue_jobs
    where id = old.queue_job_id and status in ('pending', 'retrying')
    for update skip locked
  );
  return null;
end;
$$;

comment on function herald.drop_sms_job() is
'Trigger: deletes the waiting job of a text that was queued and is scheduled.';

revoke execute on function herald.drop_sms_job() from public;

create or replace trigger t60_drop_sms_job
after update on public.sms_messages
for each row when (
  old.status = 'queued'
  and new.status = 'scheduled'
  and old.queue_job_id is not null
  and new.queue_job_id is distinct from old.queue_job_id
)
execute function herald.drop_sms_job();
