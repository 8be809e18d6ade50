-- What a template requires and these values do not have; null and blank do not count.
create or replace function herald.missing_template_vars(p_required jsonb, p_vars jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(required.name, ', ' order by required.ordinality)
  from jsonb_array_elements_text(p_required) with ordinality as required (name, ordinality)
  where herald.is_blank(coalesce(p_vars ->> required.name, ''));
$$;

comment on function herald.missing_template_vars(jsonb, jsonb) is 'The names that lack a value, or null.';

revoke execute on function herald.missing_template_vars(jsonb, jsonb) from public;
grant execute on function herald.missing_template_vars(jsonb, jsonb) to herald_runner;
