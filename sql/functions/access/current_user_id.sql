-- Who is signed in, by what PostgREST and Supabase say of the request; null if nobody is, or if what they say makes no
-- sense. By itself, since a client in whose policy this stands cannot call what else is in the private schema.
create or replace function herald.current_user_id()
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_sub text;
begin
  v_sub := nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub';
  if v_sub ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    return v_sub::uuid;
  end if;
  return null;
exception
  when data_exception then
    return null;
end;
$$;

comment on function herald.current_user_id() is 'The user of the request (request.jwt.claims, sub), or null.';

revoke execute on function herald.current_user_id() from public;
grant execute on function herald.current_user_id() to herald_runner, herald_client;
