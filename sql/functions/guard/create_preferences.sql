-- Whoever subscribes gets preferences with the defaults. What is there already is the user's, and stays.
create or replace function herald.create_preferences()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.user_notification_preferences (user_id, event_type)
  select user_id, event_type from new_subscriptions
  on conflict (user_id, event_type) do nothing;
  return null;
end;
$$;

comment on function herald.create_preferences() is 'Trigger: gives new subscriptions their preferences.';

revoke execute on function herald.create_preferences() from public;

create or replace trigger t50_create_preferences
after insert on public.notification_subscriptions
referencing new table as new_subscriptions
for each statement execute function herald.create_preferences();
