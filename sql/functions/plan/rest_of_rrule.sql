-- What is left of a rule after one of its occurrences: the same rule, with as much less of a COUNT as has been. If it
-- goes on at another time of the day, its UNTIL is as much later or earlier, so that it bounds the same days.
create or replace function herald.rest_of_rrule(
  p_rule text,
  p_start timestamp,
  p_zone text,
  p_after timestamp,
  p_less integer default 0,
  p_new_start timestamp default null
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_rule ~* 'COUNT=' then regexp_replace(
      p_rule, 'COUNT=\d+',
      'COUNT=' || (
        select greatest(count(*) - p_less, 0)
        from herald.occurrences(p_rule, p_start, p_zone)
        where p_after is null or wall > p_after
      ),
      'i'
    )
    -- A bare date is the whole of its day.
    when p_rule ~* 'UNTIL=\d{8}T' and p_new_start is not null then (
      select regexp_replace(
        p_rule, 'UNTIL=\d{8}T\d{6}',
        'UNTIL=' || to_char(
          least(
            coalesce(rule.until_wall, rule.until_at at time zone 'UTC') + moved.by, timestamp '9999-12-31 23:59:59'
          ),
          'YYYYMMDD"T"HH24MISS'
        ),
        'i'
      )
      from herald.parse_rrule('p_rule', p_rule) as rule
      cross join lateral (
        -- Only what of the time the rule takes from its start.
        select make_interval(
          hours => case
            when rule.hours is null then extract(hour from p_new_start) - extract(hour from p_start) else 0
          end::integer,
          mins => case
            when rule.minutes is null then extract(minute from p_new_start) - extract(minute from p_start) else 0
          end::integer,
          secs => trunc(extract(second from p_new_start)) - trunc(extract(second from p_start))
        ) as by
      ) as moved
    )
    else p_rule
  end;
$$;

comment on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer, timestamp) is
'The rule for what comes after p_after on the wall clock, and p_less fewer, from p_new_start on (null: as it is). '
'COUNT=0, which no rule may have, says that nothing does.';

revoke execute on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer, timestamp) from public;
grant execute on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer, timestamp) to herald_runner;
