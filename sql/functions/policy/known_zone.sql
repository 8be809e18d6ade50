-- A zone was checked when it was written, but the server's list can change: old names go with an upgrade. One user's
-- zone must not stop everybody's texts.
create or replace function herald.known_zone(p_zone text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform '2000-01-01 00:00'::timestamp at time zone p_zone;
  return coalesce(p_zone, 'UTC');
exception
  when invalid_parameter_value then
    return 'UTC';
end;
$$;

comment on function herald.known_zone(text) is
'The zone, or UTC if there is none or the server does not know it (any more).';

revoke execute on function herald.known_zone(text) from public;
grant execute on function herald.known_zone(text) to herald_runner, herald_client;
