-- Wakes idle runners for what has come into the queue, also for what is due in a while: they sleep until the next time
-- they know of, and that may be later. What is due after an hour is met by their next look, for none sleeps longer.
create or replace function herald.notify_runners()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from new_jobs where scheduled_for <= clock_timestamp() + interval '1 hour') then
    perform herald.wake_runners();
  end if;
  return null;
end;
$$;

comment on function herald.notify_runners() is
'Trigger: NOTIFY herald_jobs, once a statement, if something is due within the hour.';

revoke execute on function herald.notify_runners() from public;

create or replace trigger t90_notify_runners
after insert on public.queue_jobs
referencing new table as new_jobs
for each statement execute function herald.notify_runners();
