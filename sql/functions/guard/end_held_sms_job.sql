-- Whoever settles a text in doubt by a plain update has said what its held job was held for. A job under a lease is
-- left to its runner.
create or replace function herald.end_held_sms_job()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.queue_jobs
  set status = 'completed'
  where id = new.queue_job_id and status = 'processing' and lease_expires_at is null;
  return null;
end;
$$;

comment on function herald.end_held_sms_job() is 'Trigger: ends the held job of a text that is not in doubt any more.';

revoke execute on function herald.end_held_sms_job() from public;

create or replace trigger t60_end_held_sms_job
after update on public.sms_messages
for each row when (
  old.status = 'sending'
  and new.status in ('sent', 'delivered', 'undelivered', 'failed')
  and new.queue_job_id is not null
)
execute function herald.end_held_sms_job();
