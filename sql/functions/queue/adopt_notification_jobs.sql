-- A send_notification job that an application inserted itself takes over the delivery it names, so that the delivery
-- has one job and not a second one at its promotion.
create or replace function herald.adopt_notification_jobs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from new_jobs where job_type = 'send_notification') then
    return null;
  end if;

  update public.notification_deliveries as delivery
  set queue_job_id = job.id
  from new_jobs as job
  where job.job_type = 'send_notification'
    and delivery.id = herald.uuid_or_null(job.metadata ->> 'delivery_id')
    and delivery.recipient_user_id = job.user_id
    and delivery.status = 'pending'
    and delivery.channel in ('email', 'push')
    and delivery.queue_job_id is null;
  return null;
end;
$$;

comment on function herald.adopt_notification_jobs() is
'Trigger: links new send_notification jobs to the waiting deliveries they name.';

revoke execute on function herald.adopt_notification_jobs() from public;

create or replace trigger t50_adopt_notification_jobs
after insert on public.queue_jobs
referencing new table as new_jobs
for each statement execute function herald.adopt_notification_jobs();
