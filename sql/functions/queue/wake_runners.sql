-- A notification takes a lock that all commits of the server queue for, so only one of the transactions under way sends
-- it; the others' jobs are found when the runner looks again.
create or replace function herald.wake_runners()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_try_advisory_xact_lock(hashtextextended('pgherald.notify', 0)) then
    perform pg_notify('herald_jobs', '');
  end if;
end;
$$;

comment on function herald.wake_runners() is 'Has idle runners look at the queue once this transaction commits.';

revoke execute on function herald.wake_runners() from public;
grant execute on function herald.wake_runners() to herald_runner;
