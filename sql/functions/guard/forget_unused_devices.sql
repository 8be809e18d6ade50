-- A user has so many devices and no more: what is registered beyond takes the place of what was longest unused, so that
-- nobody fills the table, or makes an event go out a thousand times. Definer, since the limit is a setting.
create or replace function herald.forget_unused_devices()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.push_subscriptions
  where id in (
    select device.id
    from public.push_subscriptions as device
    where device.user_id = new.user_id
    order by
      device.id = new.id desc, device.is_active desc,
      least(greatest(device.last_used_at, device.updated_at), now()) desc, device.id
    offset (select max_devices from herald.settings)
  );
  return null;
end;
$$;

comment on function herald.forget_unused_devices() is
'Trigger: keeps a user''s devices within settings.max_devices.';

revoke execute on function herald.forget_unused_devices() from public;

create or replace trigger t50_forget_unused_devices
after insert or update of user_id on public.push_subscriptions
for each row execute function herald.forget_unused_devices();
