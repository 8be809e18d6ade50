-- Wakes idle runners for what is due now. A notification takes a lock that all commits of the server queue for, so only
-- one of the transactions under way sends it; the others' jobs are found when the runner looks again.
create or replace function herald.notify_runners()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from new_jobs where scheduled_for <= clock_timestamp())
    and pg_try_advisory_xact_lock(hashtextextended('pgherald.notify', 0))
  then
    perform pg_notify('herald_jobs', '');
  end if;
  return null;
end;
$$;

comment on function herald.notify_runners() is
'Trigger: NOTIFY herald_jobs, once a statement, if something is due now.';

revoke execute on function herald.notify_runners() from public;

create or replace trigger t90_notify_runners
after insert on public.queue_jobs
referencing new table as new_jobs
for each statement execute function herald.notify_runners();
