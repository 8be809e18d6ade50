-- Where an erased link leads. An address of its own for each, since there is one link for a text and an address; no
-- such name can ever exist.
create or replace function herald.erased_address(p_link_id uuid)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select 'https://erased.invalid/' || p_link_id;
$$;

comment on function herald.erased_address(uuid) is 'The address that a link has once it is erased: it leads nowhere.';

revoke execute on function herald.erased_address(uuid) from public;
grant execute on function herald.erased_address(uuid) to herald_runner;
