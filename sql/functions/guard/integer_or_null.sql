-- A number out of somebody's JSON: what is none, or too large to be one of ours, is no number, and no error either.
create or replace function herald.integer_or_null(p_text text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when p_text ~ '^-?[0-9]{1,9}$' then p_text::integer end;
$$;

comment on function herald.integer_or_null(text) is
'The whole number of up to nine digits that the text spells, or null.';

revoke execute on function herald.integer_or_null(text) from public;
grant execute on function herald.integer_or_null(text) to herald_runner;
