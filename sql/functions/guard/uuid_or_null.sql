-- An id out of somebody's JSON: what is no UUID is no id, and no error either. Every version of UUID is one.
create or replace function herald.uuid_or_null(p_text text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_text ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_text::uuid
  end;
$$;

comment on function herald.uuid_or_null(text) is 'The UUID that the text spells, or null.';

revoke execute on function herald.uuid_or_null(text) from public;
grant execute on function herald.uuid_or_null(text) to herald_runner;
