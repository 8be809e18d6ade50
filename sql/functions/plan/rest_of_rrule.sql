-- What is left of a rule after one of its occurrences: the same rule, with as much less of a COUNT as has been.
create or replace function herald.rest_of_rrule(p_rule text, p_start timestamp, p_zone text, p_after timestamp)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when p_after is null or p_rule !~* 'COUNT=' then p_rule
    else regexp_replace(
      p_rule, 'COUNT=\d+',
      'COUNT=' || (
        select count(*)
        from herald.occurrences(p_rule, p_start, p_zone)
        where wall > p_after
      ),
      'i'
    )
  end;
$$;

comment on function herald.rest_of_rrule(text, timestamp, text, timestamp) is
'The rule for what comes after p_after on the wall clock. COUNT=0, which no rule may have, says that nothing does.';

revoke execute on function herald.rest_of_rrule(text, timestamp, text, timestamp) from public;
grant execute on function herald.rest_of_rrule(text, timestamp, text, timestamp) to herald_runner;
