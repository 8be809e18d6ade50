-- A zone that does not exist cannot be chosen.
create or replace function herald.check_notification_preferences()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform herald.require_time_zone('timezone', new.timezone);
  return new;
end;
$$;

comment on function herald.check_notification_preferences() is 'Trigger: validates the time zone (22023).';

revoke execute on function herald.check_notification_preferences() from public;

create or replace trigger t20_check_notification_preferences
before insert or update of timezone on public.user_notification_preferences
for each row execute function herald.check_notification_preferences();
