-- What is left of a rule after one of its occurrences: the same rule, with as much less of a COUNT as has been.
create or replace function herald.rest_of_rrule(
  p_rule text,
  p_start timestamp,
  p_zone text,
  p_after timestamp,
  p_less integer default 0
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_rule !~* 'COUNT=' then p_rule
    else regexp_replace(
      p_rule, 'COUNT=\d+',
      'COUNT=' || (
        select greatest(count(*) - p_less, 0)
        from herald.occurrences(p_rule, p_start, p_zone)
        where p_after is null or wall > p_after
      ),
      'i'
    )
  end;
$$;

comment on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer) is
'The rule for what comes after p_after on the wall clock, and p_less fewer. COUNT=0, which no rule may have, says that '
'nothing does.';

revoke execute on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer) from public;
grant execute on function herald.rest_of_rrule(text, timestamp, text, timestamp, integer) to herald_runner;
