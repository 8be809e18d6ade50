-- A send_sms job that an application inserted itself takes over the text it names, so that the text has one job and not
-- a second one at its promotion.
create or replace function herald.adopt_sms_jobs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Those that a text was written with need nothing more.
  if not exists (
    select
    from new_jobs as job
    where job.job_type = 'send_sms'
      and not exists (select from public.sms_messages as message where message.queue_job_id = job.id)
  ) then
    return null;
  end if;

  update public.sms_messages as message
  set status = 'queued', queue_job_id = job.id
  from new_jobs as job
  where job.job_type = 'send_sms'
    and message.id = herald.uuid_or_null(job.metadata ->> 'message_id')
    and message.user_id = job.user_id
    and message.status in ('pending', 'scheduled')
    and message.queue_job_id is null;
  return null;
end;
$$;

comment on function herald.adopt_sms_jobs() is 'Trigger: links new send_sms jobs to the waiting texts they name.';

revoke execute on function herald.adopt_sms_jobs() from public;

create or replace trigger t50_adopt_sms_jobs
after insert on public.queue_jobs
referencing new table as new_jobs
for each statement execute function herald.adopt_sms_jobs();
