-- When quiet hours end that an instant lies in, on the wall clock of a zone: half-open, across midnight if they begin
-- later than they end, and none at all if they begin when they end.
create or replace function herald.quiet_hours_end(p_at timestamptz, p_start time, p_end time, p_zone text)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select max(ends_at)
  from herald.quiet_spans(p_at, p_start, p_end, p_zone)
  where begins_at <= p_at and p_at < ends_at;
$$;

comment on function herald.quiet_hours_end(timestamptz, time, time, text) is
'The instant at which the quiet hours around p_at end; null if it is not in them.';

revoke execute on function herald.quiet_hours_end(timestamptz, time, time, text) from public;
grant execute on function herald.quiet_hours_end(timestamptz, time, time, text) to herald_runner;
