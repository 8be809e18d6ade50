-- Who is signed in, by what PostgREST and Supabase say of the request; null if nobody is.
create or replace function herald.current_user_id()
returns uuid
language sql
stable
set search_path = ''
as $$
  select herald.uuid_or_null(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub');
$$;

comment on function herald.current_user_id() is 'The user of the request (request.jwt.claims, sub), or null.';

revoke execute on function herald.current_user_id() from public;
grant execute on function herald.current_user_id() to herald_runner, herald_client;
