-- A process of ours says goodbye: from now on its silence is no sign of trouble.
create or replace function herald.end_heartbeat(p_runner text, p_now timestamptz default now())
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  update herald.runners set stopped_at = p_now, seen_at = p_now where runner = p_runner;
$$;

comment on function herald.end_heartbeat(text, timestamptz) is 'Writes down that a runner has stopped in good order.';

revoke execute on function herald.end_heartbeat(text, timestamptz) from public;
grant execute on function herald.end_heartbeat(text, timestamptz) to herald_runner;
