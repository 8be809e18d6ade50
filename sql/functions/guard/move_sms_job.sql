-- Time lives with the text. Whoever moves a text that has its job moves the job, so that it goes at the new time and
-- not at both.
create or replace function herald.move_sms_job()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.queue_jobs
  set scheduled_for = coalesce(new.scheduled_for, now())
  where id = new.queue_job_id and status = 'pending';
  perform herald.wake_runners();
  return null;
end;
$$;

comment on function herald.move_sms_job() is 'Trigger: a queued text''s new time becomes its job''s.';

revoke execute on function herald.move_sms_job() from public;

create or replace trigger t50_move_sms_job
after update of scheduled_for on public.sms_messages
for each row when (
  new.status = 'queued' and old.status = 'queued' and old.scheduled_for is distinct from new.scheduled_for
)
execute function herald.move_sms_job();
