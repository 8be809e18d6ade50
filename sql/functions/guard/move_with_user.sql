-- The user's clock, hours or limits were changed. What was deferred by them goes back to its own time and is asked
-- about anew, and series go on at the same time of the new clock. Definer, since clients change their own clock, and no
-- texts.
create or replace function herald.move_with_user()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_table_name = 'user_sms_preferences' then
    if new.timezone is distinct from old.timezone then
      -- Held first, so that none of them recurs, or is claimed, between the look and the change.
      perform
      from public.sms_messages
      where user_id = new.user_id and status = 'scheduled' and recurrence_pattern is not null
      order by id
      for no key update;
      perform
      from public.queue_jobs
      where user_id = new.user_id and job_type = 'send_sms' and status in ('pending', 'retrying')
      order by id
      for no key update;

      -- Made ahead and not moved by anybody: it is still the occurrence's own time. One that has its job waits again.
      update public.sms_messages as made
      set
        status = 'scheduled',
        queue_job_id = null,
        next_retry_at = null,
        scheduled_for = herald.instant_of(made.occurrence, new.timezone),
        expires_at = made.expires_at + (herald.instant_of(made.occurrence, new.timezone) - made.scheduled_for)
      from public.sms_messages as series
      where made.user_id = new.user_id
        and (
          made.status = 'scheduled'
          or made.status = 'queued' and made.queue_job_id in (
            select id from public.queue_jobs where user_id = new.user_id and status in ('pending', 'retrying')
          )
        )
        and made.occurrence is not null
        and series.id = made.parent_message_id
        and series.recurrence_timezone is null
        and made.scheduled_for = herald.instant_of(made.occurrence, herald.known_zone(old.timezone));

      update public.sms_messages as series
      set scheduled_for = next.at, expires_at = series.expires_at + (next.at - series.scheduled_for)
      from (
        select moved.id, occurrence.at
        from public.sms_messages as moved
        cross join lateral herald.occurrences(
          moved.recurrence_pattern, moved.recurrence_start, new.timezone, moved.recurrence_last, moved.recurrence_ends, 1
        ) as occurrence
        where moved.user_id = new.user_id
          and moved.status = 'scheduled'
          and moved.recurrence_pattern is not null
          and moved.recurrence_timezone is null
      ) as next
      where series.id = next.id;
    end if;
  end if;

  update public.sms_messages
  set scheduled_for = deferred_from
  where user_id = new.user_id and status = 'scheduled' and deferred_from is not null;
  return null;
end;
$$;

comment on function herald.move_with_user() is
'Trigger: a user''s deferred texts are asked about anew, and their series follow their time zone.';

revoke execute on function herald.move_with_user() from public;

create or replace trigger t50_move_with_user
after update of timezone, quiet_hours_start, quiet_hours_end, urgent_alerts, daily_sms_limit, hourly_sms_limit
on public.user_sms_preferences
for each row when (
  (old.timezone, old.quiet_hours_start, old.quiet_hours_end) is distinct from
  (new.timezone, new.quiet_hours_start, new.quiet_hours_end)
  or (old.urgent_alerts, old.daily_sms_limit, old.hourly_sms_limit) is distinct from
  (new.urgent_alerts, new.daily_sms_limit, new.hourly_sms_limit)
)
execute function herald.move_with_user();

create or replace trigger t50_move_with_user
after update of timezone, quiet_hours_enabled, quiet_hours_start, quiet_hours_end
on public.user_notification_preferences
for each row when (
  (old.timezone, old.quiet_hours_enabled, old.quiet_hours_start, old.quiet_hours_end)
  is distinct from (new.timezone, new.quiet_hours_enabled, new.quiet_hours_start, new.quiet_hours_end)
)
execute function herald.move_with_user();
