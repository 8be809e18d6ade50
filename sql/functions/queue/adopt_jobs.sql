-- A job that an application inserted itself takes over the text or the delivery it names, so that this has one job and
-- not a second one at its promotion.
create or replace function herald.adopt_jobs()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
-- The plan that a session makes beside empty tables is kept, also when there are many texts.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_for_texts boolean;
  v_for_deliveries boolean;
begin
  -- Most have nothing to take over: what was written together with its job names it.
  select
    bool_or(
      job.job_type = 'send_sms'
      -- As a value: a `not exists` in this place may be answered by a list of all texts.
      and (select message.id from public.sms_messages as message where message.queue_job_id = job.id) is null
    ),
    bool_or(
      job.job_type = 'send_notification'
      and (
        select delivery.queue_job_id is null
        from public.notification_deliveries as delivery
        where delivery.id = herald.uuid_or_null(job.metadata ->> 'delivery_id')
      )
    )
  into v_for_texts, v_for_deliveries
  from new_jobs as job;

  if v_for_texts then
    update public.sms_messages as message
    set status = 'queued', queue_job_id = job.id
    from new_jobs as job
    where job.job_type = 'send_sms'
      and message.id = herald.uuid_or_null(job.metadata ->> 'message_id')
      and message.user_id = job.user_id
      and message.status in ('pending', 'scheduled')
      and message.queue_job_id is null;
  end if;
  if v_for_deliveries then
    update public.notification_deliveries as delivery
    set queue_job_id = job.id
    from new_jobs as job
    where job.job_type = 'send_notification'
      and delivery.id = herald.uuid_or_null(job.metadata ->> 'delivery_id')
      and delivery.recipient_user_id = job.user_id
      and delivery.status = 'pending'
      and delivery.channel in ('email', 'push')
      and delivery.queue_job_id is null;
  end if;
  return null;
end;
$$;

comment on function herald.adopt_jobs() is
'Trigger: links new jobs to the waiting texts and deliveries they name.';

revoke execute on function herald.adopt_jobs() from public;

create or replace trigger t50_adopt_jobs
after insert on public.queue_jobs
referencing new table as new_jobs
for each statement execute function herald.adopt_jobs();
