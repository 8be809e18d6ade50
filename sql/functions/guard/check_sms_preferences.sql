-- Keeps the row about a user's number true: a changed number is unverified, the three columns about an opt-out say the
-- same thing, and a zone that does not exist cannot be chosen. Definer, since clients write their own, and the list of
-- who opted out is nothing for them.
create or replace function herald.check_sms_preferences()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_has_number_already boolean;
begin
  -- Before the constraints can: their error would show the row.
  if num_nulls(new.id, new.user_id) > 0 then
    perform herald.refuse_unknown(case when new.user_id is null then 'user_id' else 'id' end, null);
  end if;
  if least(new.daily_sms_limit, new.hourly_sms_limit, new.daily_sms_count) < 0 then
    raise exception 'daily_sms_limit %, hourly_sms_limit % or daily_sms_count % is negative',
      new.daily_sms_limit, new.hourly_sms_limit, new.daily_sms_count
      using errcode = '22023', hint = 'Give 0 or more; a limit of 0 lets nothing pass.';
  end if;

  if num_nulls(new.quiet_hours_start, new.quiet_hours_end) = 1
    and (
      tg_op = 'INSERT'
      or (new.quiet_hours_start, new.quiet_hours_end) is distinct from (old.quiet_hours_start, old.quiet_hours_end)
    )
  then
    raise exception 'quiet_hours_start is % and quiet_hours_end is %',
      coalesce(new.quiet_hours_start::text, 'null'), coalesce(new.quiet_hours_end::text, 'null')
      using errcode = '22023', hint = 'Give both, or set both to null for no quiet hours.';
  end if;

  if new.phone_number is not null then
    perform herald.require_e164('phone_number', new.phone_number);
  end if;
  if tg_op = 'INSERT' or new.timezone is distinct from old.timezone then
    perform herald.require_time_zone('timezone', new.timezone);
  end if;
  -- A day that is counted goes on by the new clock: whoever changes clocks has no more days than others.
  if tg_op = 'UPDATE' and new.timezone is distinct from old.timezone and isfinite(new.daily_count_reset_at)
    and (new.daily_count_reset_at at time zone herald.known_zone(old.timezone))::date
    = (now() at time zone herald.known_zone(old.timezone))::date
    and new.daily_count_reset_at < now()
  then
    new.daily_count_reset_at := now();
  end if;

  -- Verified by the same statement only if that says when: an upsert that repeats phone_verified proves nothing.
  if tg_op = 'UPDATE' and new.phone_number is distinct from old.phone_number
    and new.phone_verified_at is not distinct from old.phone_verified_at
  then
    new.phone_verified := false;
  end if;
  new.phone_verified := coalesce(new.phone_verified, false) and new.phone_number is not null;
  new.phone_verified_at := case when new.phone_verified then coalesce(new.phone_verified_at, now()) end;

  -- An opt-out is the number's, too: whoever has it now has opted out, and an import cannot forget a STOP. Only START,
  -- the team, or, where they opted out by their preferences, the user takes it back.
  new.opted_out := coalesce(new.opted_out, false);
  if not new.opted_out and new.phone_number is not null
    and (tg_op = 'INSERT' or new.phone_number is distinct from old.phone_number or old.opted_out)
  then
    v_has_number_already := tg_op = 'UPDATE' and new.phone_number is not distinct from old.phone_number;
    -- Who has only written the number down takes back no more than what they said themselves, and is not told for which
    -- reason and since when it is stopped.
    select
      true, case when new.phone_verified then word.since end,
      case when new.phone_verified then word.reason else 'opted out before' end
    into new.opted_out, new.opted_out_at, new.opt_out_reason
    from herald.standing_opt_out(
      new.phone_number, v_has_number_already and new.phone_verified, case when v_has_number_already then new.user_id end
    ) as word;
    new.opted_out := coalesce(new.opted_out, false);
  end if;
  new.opted_out_at := case when new.opted_out then coalesce(new.opted_out_at, now()) end;
  new.opt_out_reason := case when new.opted_out then coalesce(new.opt_out_reason, 'not given') end;
  return new;
end;
$$;

comment on function herald.check_sms_preferences() is
$$Trigger: validates number, zone, quiet hours and limits (22023, 22004) and keeps verification and opt-out columns
consistent.$$;

revoke execute on function herald.check_sms_preferences() from public;

create or replace trigger t20_check_sms_preferences
before insert on public.user_sms_preferences
for each row execute function herald.check_sms_preferences();

-- Each text that goes is counted here, which changes nothing else and costs no call.
create or replace trigger t20_check_changed_sms_preferences
before update on public.user_sms_preferences
for each row when (
  (
    new.id, new.user_id, new.phone_number, new.phone_verified, new.phone_verified_at, new.daily_sms_limit,
    new.hourly_sms_limit, new.quiet_hours_start, new.quiet_hours_end, new.timezone, new.opted_out, new.opted_out_at,
    new.opt_out_reason
  ) is distinct from (
    old.id, old.user_id, old.phone_number, old.phone_verified, old.phone_verified_at, old.daily_sms_limit,
    old.hourly_sms_limit, old.quiet_hours_start, old.quiet_hours_end, old.timezone, old.opted_out, old.opted_out_at,
    old.opt_out_reason
  )
  or new.daily_sms_count < 0
)
execute function herald.check_sms_preferences();
