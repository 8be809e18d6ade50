-- Whether a filter's value is made of operators, or is a value to equal.
create or replace function herald.is_condition(p_wanted jsonb)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(p_wanted) = 'object'
      then exists (select from jsonb_object_keys(p_wanted) as name where name like '$%')
    else false
  end;
$$;

comment on function herald.is_condition(jsonb) is 'True if the value is an object with a key that begins with $.';

revoke execute on function herald.is_condition(jsonb) from public;
grant execute on function herald.is_condition(jsonb) to herald_runner;
