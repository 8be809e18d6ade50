-- What is left of a reason when what it found is erased: which rule it was, by which statistics count.
create or replace function herald.erased_reason(p_reason text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(substring(p_reason from '^[a-z_]+: '), '') || '(erased)'
  where p_reason is not null;
$$;

comment on function herald.erased_reason(text) is 'The rule of a reason, without its evidence; null for null.';

revoke execute on function herald.erased_reason(text) from public;
grant execute on function herald.erased_reason(text) to herald_runner;
