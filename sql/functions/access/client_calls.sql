-- What clients ask for that takes rights they do not have: they write a row, the trigger does it and fills in the
-- answer. No row is kept. Instead of definer functions, so that none of them is open to clients: what a client may
-- bring about with the owner's rights is one list, in one trigger (docs/decisions/0008_what_clients_may_do.md).
create or replace view herald.client_calls with (security_invoker = true) as
select null::text as call, null::jsonb as arguments, null::jsonb as answer
where false;

comment on view herald.client_calls is
'Inserting a row makes the call, as its trigger says; the returned row has the answer. Nothing is stored.';

revoke all on herald.client_calls from public;
grant select, insert on herald.client_calls to herald_client;
