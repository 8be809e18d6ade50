-- Whether the caller lacks the rights to do it themselves. A right, and no name of a role: whoever writes texts already
-- gains nothing by a call as a client.
create or replace function herald.needs_client_call()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select not has_table_privilege('public.sms_messages', 'update');
$$;

comment on function herald.needs_client_call() is 'True for callers that go through herald.client_calls.';

revoke execute on function herald.needs_client_call() from public;
grant execute on function herald.needs_client_call() to herald_runner, herald_client;
