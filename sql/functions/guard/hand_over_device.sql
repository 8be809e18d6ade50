-- Whoever comes with a device's address and both of its keys has the device in hand: it is theirs now, and no longer
-- that of the user who was signed in on it before. Definer, since that user's row is not the new one's to see.
create or replace function herald.hand_over_device()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.push_subscriptions
  where endpoint = new.endpoint
    and p256dh_key = new.p256dh_key
    and auth_key = new.auth_key
    and user_id <> new.user_id;
  return new;
end;
$$;

comment on function herald.hand_over_device() is
'Trigger: a device that another user registers, with its keys, is not the former one''s any more.';

revoke execute on function herald.hand_over_device() from public;

create or replace trigger t30_hand_over_device
before insert on public.push_subscriptions
for each row execute function herald.hand_over_device();
