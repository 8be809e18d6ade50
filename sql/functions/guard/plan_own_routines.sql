-- A switch, a time or a number was changed: the user's routines follow in the same transaction. Definer,
-- since clients have the switches, and do not write texts.
create or replace function herald.plan_own_routines()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most new users have none of them.
  if tg_op = 'INSERT' and not exists (
    select
    from herald.sms_routines as routine
    inner join herald.sms_categories as kind on kind.category = routine.category
    where routine.is_active and (to_jsonb(new) ->> kind.toggle_column)::boolean
  ) then
    return null;
  end if;
  perform herald.plan_routines(array[new.user_id], now());
  return null;
end;
$$;

comment on function herald.plan_own_routines() is 'Trigger: plans or ends a user''s routines as their switches say.';

revoke execute on function herald.plan_own_routines() from public;

create or replace trigger t60_plan_own_routines
after insert or update of
phone_number, opted_out, task_reminders, daily_brief_sms, urgent_alerts, morning_kickoff_enabled, morning_kickoff_time,
evening_recap_enabled, next_up_enabled, event_reminders_enabled, marketing_enabled
on public.user_sms_preferences
for each row execute function herald.plan_own_routines();
