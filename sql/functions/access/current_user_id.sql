-- Who is signed in, by what PostgREST and Supabase say of the request; null if nobody is. By itself, since a client in
-- whose policy this stands cannot call what else is in the private schema.
create or replace function herald.current_user_id()
returns uuid
language sql
stable
set search_path = ''
as $$
  select case
    when claim.sub ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then claim.sub::uuid
  end
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub' as sub) as claim;
$$;

comment on function herald.current_user_id() is 'The user of the request (request.jwt.claims, sub), or null.';

revoke execute on function herald.current_user_id() from public;
grant execute on function herald.current_user_id() to herald_runner, herald_client;
