-- A device that no push message could reach is refused when it is written, and with words that do not repeat its keys.
-- What an address looks like is the channel's to say: a service of the application's own may know devices by tokens.
create or replace function herald.check_push_subscription()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.endpoint is null or new.endpoint !~ '^[^[:space:]]+$' or octet_length(new.endpoint) > 2048 then
    raise exception 'endpoint is not the address of a device (% bytes)', coalesce(octet_length(new.endpoint), 0)
      using errcode = '22023', hint = 'Pass on what PushManager.subscribe() gives: endpoint, keys.p256dh, keys.auth.';
  end if;
  if num_nulls(new.p256dh_key, new.auth_key) > 0 then
    raise exception 'p256dh_key or auth_key is null'
      using errcode = '22004', hint = 'Pass on what PushManager.subscribe() gives: endpoint, keys.p256dh, keys.auth.';
  end if;
  if greatest(octet_length(new.p256dh_key), octet_length(new.auth_key), octet_length(new.user_agent)) > 1024 then
    raise exception 'p256dh_key, auth_key or user_agent is longer than 1024 bytes'
      using errcode = '22023', hint = 'Pass on what PushManager.subscribe() and navigator.userAgent give.';
  end if;
  -- One that was switched off since it was gone, and comes again with new keys, is there.
  if tg_op = 'UPDATE' and (new.p256dh_key, new.auth_key) is distinct from (old.p256dh_key, old.auth_key)
    and not old.is_active
  then
    new.is_active := true;
  end if;
  return new;
end;
$$;

comment on function herald.check_push_subscription() is
'Trigger: validates endpoint and keys of a device (22023, 22004); new keys switch it on again.';

revoke execute on function herald.check_push_subscription() from public;

create or replace trigger t20_check_push_subscription
before insert or update of endpoint, p256dh_key, auth_key, user_agent on public.push_subscriptions
for each row execute function herald.check_push_subscription();
