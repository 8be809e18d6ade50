-- The pattern of a recurrence rule, without its COUNT and UNTIL, from the period of p_after on: how long ago it began
-- makes no difference.
--
-- Periods are numbered from that of the start, INTERVAL by INTERVAL, and looked through in windows that grow while
-- nothing is found. The days of a period pass the BY parts or do not, their times follow, and BYSETPOS counts what is
-- there.
create or replace function herald.expand_rrule(
  p_rule text,
  p_start timestamp,
  p_zone text,
  p_after timestamp,
  p_last timestamp,
  p_until timestamptz,
  p_limit integer
)
returns table (wall timestamp, at timestamptz)
language plpgsql
stable
rows 10
set search_path = pg_catalog, pg_temp
-- Every series asks here at every occurrence, and to plan the query below takes five times as long as to run it.
set plan_cache_mode = 'force_generic_plan'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  -- Four digits are all that a date of RFC 5545 has.
  c_first constant timestamp := timestamp '0001-01-01 00:00';
  c_last constant timestamp := timestamp '9999-12-31 23:59:59';
  v_rule record;
  v_start timestamp;
  v_low timestamp;
  v_high timestamp;
  v_origin date;
  v_length interval;
  v_part interval;
  v_skips integer[] := '{0}'::integer[];
  v_times time[];
  v_period integer;
  v_window_end integer;
  v_last_period integer;
  v_width integer;
  v_patience integer;
  v_end_of_patience integer;
  v_left integer := p_limit;
  v_found integer;
begin
  v_start := case when p_start between c_first and c_last then date_trunc('second', p_start) end;
  v_low := greatest(v_start, p_after);
  v_high := least(p_last, c_last);
  if v_start is null or p_last is null or v_low > v_high then
    return;
  end if;

  select * into v_rule from herald.parse_rrule('p_rule', p_rule);
  -- What a rule leaves out is taken from its start.
  if v_rule.month_days is null and v_rule.week_days is null then
    if v_rule.frequency = 'WEEKLY' then
      v_rule.week_days := array[extract(isodow from v_start)];
    elsif v_rule.frequency in ('MONTHLY', 'YEARLY') then
      v_rule.month_days := array[extract(day from v_start)];
    end if;
    if v_rule.frequency = 'YEARLY' and v_rule.months is null then
      v_rule.months := array[extract(month from v_start)];
    end if;
  end if;
  v_times := array(
    select distinct make_time(hour, minute, extract(second from v_start)::double precision)
    from unnest(coalesce(v_rule.hours, array[extract(hour from v_start)::integer])) as hour
    cross join unnest(coalesce(v_rule.minutes, array[extract(minute from v_start)::integer])) as minute
    order by 1
  );

  case v_rule.frequency
    when 'DAILY' then
      v_origin := v_start;
      v_length := '1 day';
      v_width := 16;
      v_patience := 36525;
    when 'WEEKLY' then
      v_origin := v_start::date - (extract(isodow from v_start)::integer - v_rule.week_start + 7) % 7;
      v_length := '7 days';
      v_width := 4;
      v_patience := 5219;
    when 'MONTHLY' then
      v_origin := date_trunc('month', v_start);
      v_length := '1 month';
      v_width := 2;
      v_patience := 1200;
    when 'YEARLY' then
      v_origin := date_trunc('year', v_start);
      v_length := '1 year';
      v_width := 1;
      v_patience := 100;
  end case;
  v_part := v_length;
  -- A year with BYMONTH is these months: ordinals count within them, and nobody looks at the others.
  if v_rule.frequency = 'YEARLY' and v_rule.months is not null then
    v_part := '1 month';
    v_skips := array(select distinct month - 1 from unnest(v_rule.months) as month);
  end if;

  select min(period), max(period)
  into v_period, v_last_period
  from (
    select
      case v_rule.frequency
        when 'DAILY' then day - v_origin
        when 'WEEKLY' then (day - v_origin) / 7
        when 'MONTHLY' then
          12 * (extract(year from day) - extract(year from v_origin))::integer
          + (extract(month from day) - extract(month from v_origin))::integer
        else (extract(year from day) - extract(year from v_origin))::integer
      end / v_rule.step as period
    from unnest(array[v_low::date, v_high::date]) as day
  ) as reach;
  v_patience := greatest(v_patience / v_rule.step + 1, 50);
  v_end_of_patience := v_period + v_patience;

  while v_period <= least(v_last_period, v_end_of_patience) and coalesce(v_left > 0, true) loop
    v_window_end := least(v_period + v_width - 1, v_last_period, v_end_of_patience);

    return query
    with parts as (
      select period, first_day::date, (first_day + v_part - interval '1 day')::date as last_day
      from generate_series(v_period, v_window_end) as period
      cross join unnest(v_skips) as skipped_months
      cross join lateral (
        select v_origin + v_length * (period * v_rule.step) + make_interval(months => skipped_months) as first_day
      ) as part
    ),

    days as materialized (
      select period, day
      from parts
      cross join lateral generate_series(0, last_day - first_day) as number
      cross join lateral (select first_day + number as day) as this
      where (v_rule.set_places is not null or day >= v_low::date)
        and (
          v_rule.months is null
          or (
            -- A part that has none of the months is not looked into.
            (extract(month from first_day) = any(v_rule.months) or extract(month from last_day) = any(v_rule.months))
            and extract(month from day) = any(v_rule.months)
          )
        )
        and (
          v_rule.month_days is null
          or extract(day from day) = any(v_rule.month_days)
          or day - (date_trunc('month', day::timestamp) + interval '1 month')::date = any(v_rule.month_days)
        )
        and (
          v_rule.week_days is null
          or (
            select array[
              weekday, 10 * ((day - first_day) / 7 + 1) + weekday, -10 * ((last_day - day) / 7 + 1) - weekday
            ] && v_rule.week_days
            from (select extract(isodow from day)::integer as weekday) as here
          )
        )
      order by day
      -- Each day has a time to give, save the first, perhaps, and one that falls on a day that the clocks skipped; no
      -- zone has skipped more than one.
      limit case when v_rule.set_places is null then v_left::bigint + 4 end
    ),

    numbered as (
      select
        day,
        cardinality(v_times) * (row_number() over (partition by period order by day) - 1) as times_before,
        cardinality(v_times) * count(*) over (partition by period) as times_in_all
      from days
    ),

    walls as (
      select day + clock.time as wall
      from numbered
      cross join unnest(v_times) with ordinality as clock (time, place)
      where v_rule.set_places is null
        or (
          -- A day in which no place lies is not looked into.
          exists (
            select
            from unnest(v_rule.set_places) as place
            where place + case when place < 0 then times_in_all + 1 else 0 end - times_before
              between 1 and cardinality(v_times)
          )
          and (
            times_before + clock.place = any(v_rule.set_places)
            or times_before + clock.place - times_in_all - 1 = any(v_rule.set_places)
          )
        )
    )

    select wall, at
    from (
      -- Sorted before any clock is asked, so that they are asked only for what is wanted.
      select wall
      from walls
      where wall between v_low and v_high and (p_after is null or wall > p_after)
      order by wall
      offset 0
    ) as sorted
    cross join lateral (select herald.instant_of(wall, p_zone) as at offset 0) as instant
    cross join lateral (
      -- What the clocks would show, had they not been turned since the day before.
      select (at - interval '24 hours') at time zone p_zone + interval '24 hours' as unturned offset 0
    ) as other
    where at <= p_until
      and not case
        when unturned < wall and herald.instant_of(unturned, p_zone) = at then exists (
          select
          from herald.expand_rrule(p_rule, p_start, 'UTC', unturned - interval '1 second', unturned, 'infinity', 1)
        )
        else false
      end
    order by wall
    limit v_left;

    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_period := v_window_end + 1;
    v_width := least(4 * v_width, 1024);
    if v_found > 0 then
      v_end_of_patience := v_window_end + v_patience;
    end if;
  end loop;
end;
$$;

comment on function herald.expand_rrule(text, timestamp, text, timestamp, timestamp, timestamptz, integer) is
$$The occurrences of a rule without its COUNT and UNTIL: after p_after, up to p_last and p_until, p_limit at most.

See herald.occurrences, which is what to call.$$;

revoke execute on function herald.expand_rrule(text, timestamp, text, timestamp, timestamp, timestamptz, integer)
from public;
grant execute on function herald.expand_rrule(text, timestamp, text, timestamp, timestamp, timestamptz, integer)
to herald_runner, herald_client;
