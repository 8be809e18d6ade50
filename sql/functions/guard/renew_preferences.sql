-- Whoever subscribes again, by switching a subscription on that is there already, has preferences again as well.
create or replace function herald.renew_preferences()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.user_notification_preferences (user_id, event_type)
  values (new.user_id, new.event_type)
  on conflict (user_id, event_type) do nothing;
  return null;
end;
$$;

comment on function herald.renew_preferences() is
'Trigger: gives a subscription that is switched on the preferences that it lacks.';

revoke execute on function herald.renew_preferences() from public;

create or replace trigger t50_renew_preferences
after update of is_active on public.notification_subscriptions
for each row when (new.is_active)
execute function herald.renew_preferences();
