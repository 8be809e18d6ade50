-- Which text a request has made before. The same key with another request is a mistake.
create or replace function herald.known_request(p_user_id uuid, p_idempotency_key text, p_request_digest bytea)
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
  v_is_same boolean;
begin
  select id, request_digest = p_request_digest
  into v_id, v_is_same
  from public.sms_messages
  where user_id = p_user_id and idempotency_key = p_idempotency_key;
  if v_id is not null and v_is_same is not true then
    raise exception 'p_idempotency_key % was used for another request', herald.quote_key(p_idempotency_key)
      using errcode = 'SMS03', hint = format('The first request made text %s. Use a new key for a new request.', v_id);
  end if;
  return v_id;
end;
$$;

comment on function herald.known_request(uuid, text, bytea) is
$$The text that was made with this key; null if there is none.

Errors: SMS03 it was made of another request.$$;

revoke execute on function herald.known_request(uuid, text, bytea) from public;
grant execute on function herald.known_request(uuid, text, bytea) to herald_runner;
