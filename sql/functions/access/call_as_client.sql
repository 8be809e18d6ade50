-- For functions that clients may call and that take more rights than they have: hands the call on to the one place
-- where it is decided.
create or replace function herald.call_as_client(p_call text, p_arguments jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into herald.client_calls (call, arguments) values (p_call, p_arguments) returning answer;
$$;

comment on function herald.call_as_client(text, jsonb) is 'Makes a call of herald.client_calls, and gives its answer.';

revoke execute on function herald.call_as_client(text, jsonb) from public;
grant execute on function herald.call_as_client(text, jsonb) to herald_client;
