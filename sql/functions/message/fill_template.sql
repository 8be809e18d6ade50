-- One pass: a value that contains {{x}} is words, not a variable. What is not given leaves nothing behind.
create or replace function herald.fill_template(p_template text, p_vars jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  -- Every odd part is plain, every even one the name of a variable: split once, joined once.
  select string_agg(coalesce(part.plain, '') || coalesce(p_vars ->> part.name, ''), '' order by part.ordinality)
  from (
    select matched.parts[1] as plain, matched.parts[3] as name, matched.ordinality
    from regexp_matches(p_template, '(.*?)(\{\{\s*([A-Za-z0-9_]+)\s*\}\}|$)', 'g')
      with ordinality as matched (parts, ordinality)
  ) as part;
$$;

comment on function herald.fill_template(text, jsonb) is 'The template with each {{name}} replaced by its value.';

revoke execute on function herald.fill_template(text, jsonb) from public;
grant execute on function herald.fill_template(text, jsonb) to herald_runner;
