-- What a number is known by on the list of suppressed ones.
create or replace function herald.number_hash(p_phone_number text)
returns bytea
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return sha256(convert_to(p_phone_number, 'UTF8'));
end;
$$;

comment on function herald.number_hash(text) is 'SHA-256 of the E.164 number.';

revoke execute on function herald.number_hash(text) from public;
grant execute on function herald.number_hash(text) to herald_runner;
