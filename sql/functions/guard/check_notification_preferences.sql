-- Wishes that could not be kept are refused when they are written: a zone that does not exist, hours without an end.
-- Definer, since clients write their own, and have no right on the registry.
create or replace function herald.check_notification_preferences()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_event_type('event_type', new.event_type);
  -- The default needs no proof, and many rows are written with it at once.
  if new.timezone is distinct from 'UTC' and (tg_op = 'INSERT' or new.timezone is distinct from old.timezone) then
    perform herald.require_time_zone('timezone', new.timezone);
  end if;

  if new.quiet_hours_enabled and num_nulls(new.quiet_hours_start, new.quiet_hours_end) > 0 then
    raise exception 'quiet hours from % to % have no such window',
      coalesce(new.quiet_hours_start::text, 'null'), coalesce(new.quiet_hours_end::text, 'null')
      using errcode = '22023', hint = 'Give both quiet_hours_start and quiet_hours_end, or switch them off.';
  end if;
  -- A week: who is told later than that is not told.
  if new.batch_interval_minutes not between 1 and 10080 then
    raise exception 'batch_interval_minutes is not between 1 and 10080: %', new.batch_interval_minutes
      using errcode = '22023', hint = 'Give the minutes to gather, or null for settings.default_batch_interval.';
  end if;
  if least(new.max_per_hour, new.max_per_day) < 0 then
    raise exception 'max_per_hour % or max_per_day % is negative',
      coalesce(new.max_per_hour::text, 'null'), coalesce(new.max_per_day::text, 'null')
      using errcode = '22023', hint = 'Give 0 for none at all, or null for no limit.';
  end if;
  return new;
end;
$$;

comment on function herald.check_notification_preferences() is
'Trigger: validates event type, time zone, quiet hours, batching and limits (22023, 23503).';

revoke execute on function herald.check_notification_preferences() from public;

create or replace trigger t20_check_notification_preferences
before insert or update of
event_type, timezone, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, batch_interval_minutes, max_per_hour,
max_per_day
on public.user_notification_preferences
for each row execute function herald.check_notification_preferences();
