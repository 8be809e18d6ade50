-- When quiet hours end that an instant lies in, on the wall clock of a zone: half-open, across midnight if they begin
-- later than they end, and none at all if they begin when they end. An end that a clock change skips comes later by
-- what was skipped.
create or replace function herald.quiet_hours_end(p_at timestamptz, p_start time, p_end time, p_zone text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select (wall.day + case when p_start > p_end and wall.clock >= p_start then 1 else 0 end + p_end) at time zone p_zone
  from (select (p_at at time zone p_zone)::date as day, (p_at at time zone p_zone)::time as clock) as wall
  where case
    when p_start < p_end then wall.clock >= p_start and wall.clock < p_end
    when p_start > p_end then wall.clock >= p_start or wall.clock < p_end
    else false
  end;
$$;

comment on function herald.quiet_hours_end(timestamptz, time, time, text) is
'The instant at which the quiet hours around p_at end; null if it is not in them.';

revoke execute on function herald.quiet_hours_end(timestamptz, time, time, text) from public;
grant execute on function herald.quiet_hours_end(timestamptz, time, time, text) to herald_runner;
