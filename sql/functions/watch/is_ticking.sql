-- Whether time goes on: without a tick nothing comes due, however well everything else may look.
create or replace function herald.is_ticking(
  p_now timestamptz default now(),
  p_patience interval default '3 minutes'
)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select last_ticked_at > coalesce(p_now, now()) - p_patience from herald.ticks;
$$;

comment on function herald.is_ticking(timestamptz, interval) is
'Whether tick() has run within p_patience. The default allows for a cron job once a minute.';

revoke execute on function herald.is_ticking(timestamptz, interval) from public;
grant execute on function herald.is_ticking(timestamptz, interval) to herald_runner;
