-- When a recurring thing happens: the wall clock of the zone says when, so that 08:00 stays 08:00 all the year round.
--
-- COUNT and UNTIL become a last wall time, and the pattern does the rest. COUNT counts wall times, as they stand in the
-- rule, from the start: two that a clock change makes one instant count as two and happen once.
create or replace function herald.occurrences(
  p_rule text,
  p_start timestamp,
  p_zone text,
  p_after timestamp default null,
  p_until timestamptz default null,
  p_limit integer default null
)
returns table (wall timestamp, at timestamptz)
language plpgsql
stable
rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule record;
  v_until timestamptz;
  v_last timestamp;
begin
  select * into v_rule from herald.parse_rrule('p_rule', p_rule);

  v_until := least(p_until, v_rule.until_at, timestamptz '10000-01-02 00:00+00');
  if v_until < timestamptz '0001-01-02 00:00+00 BC' then
    return;
  end if;
  -- A day of slack: the clocks may have been turned back since, or may have skipped the time.
  v_last := least(v_rule.until_wall, v_until at time zone p_zone + interval '1 day');
  if v_rule.total is not null then
    -- No further than anything is wanted, and on a clock that is never turned. Nothing wanted, nothing counted: the last
    -- is null then, and nothing comes.
    if p_limit is not null then
      select max(wanted.wall)
      into v_last
      from herald.expand_rrule(p_rule, p_start, p_zone, p_after, v_last, v_until, p_limit) as wanted;
    end if;
    select max(counted.wall)
    into v_last
    from herald.expand_rrule(p_rule, p_start, 'UTC', null, v_last, 'infinity', v_rule.total) as counted;
  end if;

  return query
  select found.wall, found.at
  from herald.expand_rrule(p_rule, p_start, p_zone, p_after, v_last, v_until, p_limit) as found;
end;
$$;

comment on function herald.occurrences(text, timestamp, text, timestamp, timestamptz, integer) is
$$The occurrences of a recurrence rule of RFC 5545, in the order of their wall times.

p_start: its DTSTART on the wall clock of p_zone, which is an occurrence only if the rule says so; a fraction of a
second is dropped. p_after: only later wall times; null for all. p_until: only instants up to this one; null for no
bound. p_limit: at most so many; null for no bound, and then to the year 9999.

wall is the time as the rule has it, at its instant: the first of two, and moved by the gap if the clocks skip it. Of
two wall times that fall on one instant only the first is given. A time that was moved may come later than the one
listed after it, if the gap is not of whole hours or BYSETPOS leaves times out. A rule is taken to have ended when
nothing has come for a hundred years and fifty periods. Starts outside the years 1 to 9999 have none.

Errors: 22023 a rule that cannot be followed, or an unknown zone; 22004 no rule.$$;

revoke execute on function herald.occurrences(text, timestamp, text, timestamp, timestamptz, integer) from public;
grant execute on function herald.occurrences(text, timestamp, text, timestamp, timestamptz, integer)
to herald_runner, herald_client;
