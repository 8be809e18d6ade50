-- The instant of a time on the wall clock of a zone, as RFC 5545 has it: one that happens twice is the first of the two
-- (PostgreSQL takes the second), one that is skipped comes later by what was skipped.
create or replace function herald.instant_of(p_wall timestamp, p_zone text)
returns timestamptz
language plpgsql
stable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_usual constant timestamptz := p_wall at time zone p_zone;
  v_before timestamptz;
  v_first timestamptz;
begin
  if not isfinite(p_wall) then
    return v_usual;
  end if;

  -- By the offset of the day before, which is another one only if the clocks have been turned since. A day is 24 hours
  -- here: with interval '1 day' the session's own zone would have a say.
  v_before := v_usual - interval '24 hours';
  v_first := v_before + (p_wall - v_before at time zone p_zone);
  return case when v_first < v_usual and v_first at time zone p_zone = p_wall then v_first else v_usual end;
end;
$$;

comment on function herald.instant_of(timestamp, text) is
'The instant at which the clocks of the zone show p_wall, the first if there are two. Source: RFC 5545, 3.3.5.';

revoke execute on function herald.instant_of(timestamp, text) from public;
grant execute on function herald.instant_of(timestamp, text) to herald_runner, herald_client;
