-- Refuses filters that could never be understood when they are written, not when an event is emitted.
create or replace function herald.check_filters(p_filters jsonb)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem text;
begin
  if p_filters is null then
    return;
  end if;
  if jsonb_typeof(p_filters) <> 'object' then
    raise exception 'filters is not an object but: %', jsonb_typeof(p_filters)
      using errcode = '22023', hint = 'Pass a JSON object with a condition for each key of the payload, or null.';
  end if;

  select format('%s of %s %s', operator.name, quote_literal(left(filter.key, 60)), case
      when operator.name !~ '^\$' then 'is not an operator, but stands beside one'
      when operator.name in ('$in', '$nin') and jsonb_typeof(operator.operand) <> 'array' then 'needs an array'
      when operator.name in ('$gt', '$gte', '$lt', '$lte') and jsonb_typeof(operator.operand) not in ('number', 'string')
        then 'needs a number or a string'
      when operator.name = '$exists' and jsonb_typeof(operator.operand) <> 'boolean' then 'needs true or false'
      when operator.name not in ('$in', '$nin', '$gt', '$gte', '$lt', '$lte', '$ne', '$exists') then 'is unknown'
    end)
  into v_problem
  from jsonb_each(p_filters) as filter (key, wanted)
  cross join lateral jsonb_each(
    case when herald.is_condition(filter.wanted) then filter.wanted else '{}' end
  ) as operator (name, operand)
  where operator.name !~ '^\$'
    or operator.name not in ('$in', '$nin', '$gt', '$gte', '$lt', '$lte', '$ne', '$exists')
    or (operator.name in ('$in', '$nin') and jsonb_typeof(operator.operand) <> 'array')
    or (
      operator.name in ('$gt', '$gte', '$lt', '$lte') and jsonb_typeof(operator.operand) not in ('number', 'string')
    )
    or (operator.name = '$exists' and jsonb_typeof(operator.operand) <> 'boolean')
  order by filter.key, operator.name
  limit 1;
  if v_problem is null then
    select case
      when filter.key like '$%' then format('%s stands where a key of the payload should', quote_literal(left(filter.key, 60)))
      else format('an operator stands below %s, inside a value to equal', quote_literal(left(filter.key, 60)))
    end
    into v_problem
    from jsonb_each(p_filters) as filter (key, wanted)
    where filter.key like '$%'
      or (
        not herald.is_condition(filter.wanted)
        and jsonb_path_exists(
          filter.wanted, 'strict $.** ? (@.type() == "object").keyvalue() ? (@.key starts with "$")', silent => true
        )
      )
    order by filter.key
    limit 1;
  end if;
  if v_problem is not null then
    raise exception 'filters cannot be understood: %', v_problem
      using errcode = '22023',
        hint = 'A value to equal, or an object of $in, $nin, $gt, $gte, $lt, $lte, $ne, $exists for each key of the payload.';
  end if;
end;
$$;

comment on function herald.check_filters(jsonb) is 'Raises 22023 unless filters_match understands the filters.';

revoke execute on function herald.check_filters(jsonb) from public;
grant execute on function herald.check_filters(jsonb) to herald_runner;
