-- Whether a payload is what a subscription asks for: every key must match. What the payload lacks equals nothing and
-- compares to nothing; numbers compare with numbers and strings with strings, these by their bytes.
create or replace function herald.filters_match(p_filters jsonb, p_payload jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select not exists (
    select
    from jsonb_each(coalesce(p_filters, '{}')) as filter (key, wanted)
    cross join lateral (select p_payload -> filter.key as value) as given
    cross join lateral (
      select bool_and(
        case operator.name
          when '$in' then exists (select from jsonb_array_elements(operator.operand) as one where one = given.value)
          when '$nin'
            then not exists (select from jsonb_array_elements(operator.operand) as one where one = given.value)
          when '$ne' then given.value is distinct from operator.operand
          when '$exists' then (given.value is not null) = operator.operand::boolean
          when '$gt' then compared.sign > 0
          when '$gte' then compared.sign >= 0
          when '$lt' then compared.sign < 0
          when '$lte' then compared.sign <= 0
        end is true
      ) as hold
      from jsonb_each(case when herald.is_condition(filter.wanted) then filter.wanted else '{}' end)
        as operator (name, operand)
      cross join lateral (
        select case
          when jsonb_typeof(given.value) is distinct from jsonb_typeof(operator.operand) then null
          when jsonb_typeof(given.value) = 'number'
            then sign((given.value #>> '{}')::numeric - (operator.operand #>> '{}')::numeric)
          when jsonb_typeof(given.value) = 'string'
            then case
              when given.value = operator.operand then 0
              when (given.value #>> '{}') collate "C" > (operator.operand #>> '{}') collate "C" then 1
              else -1
            end
        end as sign
      ) as compared
    ) as conditions
    where (
      case
        when herald.is_condition(filter.wanted) then conditions.hold
        else given.value @> filter.wanted
      end
    ) is not true
  );
$$;

comment on function herald.filters_match(jsonb, jsonb) is
$$True if the payload matches every key of the filters; null and {} match everything.

A value is matched by containment; an object of $in, $nin, $gt, $gte, $lt, $lte, $ne, $exists by all of these.$$;

revoke execute on function herald.filters_match(jsonb, jsonb) from public;
grant execute on function herald.filters_match(jsonb, jsonb) to herald_runner;
