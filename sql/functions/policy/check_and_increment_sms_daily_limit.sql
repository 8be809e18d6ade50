-- Counts texts against a user's daily limit, which is a day of the user: it begins when the user's own date changes.
-- The row is locked, so of many that ask at once no more than the limit get a yes.
create or replace function public.check_and_increment_sms_daily_limit(
  p_user_id uuid,
  p_increment integer default 1,
  p_default_limit integer default 10,
  p_now timestamptz default now()
)
returns table (allowed boolean, current_count integer, "limit" integer, reset_at timestamptz, reason text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wishes public.user_sms_preferences;
  v_zone text;
  v_today date;
  v_count integer;
  v_limit integer;
  v_allowed boolean;
begin
  p_now := coalesce(p_now, now());
  if p_increment is null or p_increment < 0 then
    raise exception 'p_increment is negative or null: %', coalesce(p_increment::text, 'null')
      using errcode = '22023', hint = 'Give the number of texts, or 0 to ask without counting.';
  end if;
  if p_default_limit is null or p_default_limit < 0 then
    raise exception 'p_default_limit is negative or null: %', coalesce(p_default_limit::text, 'null')
      using errcode = '22023', hint = 'Give the limit of users who have none of their own; 0 means none.';
  end if;

  select *
  into v_wishes
  from public.user_sms_preferences
  where user_id = p_user_id
  for no key update;

  if not found then
    return query select false, 0, p_default_limit, null::timestamptz, 'the user has no SMS preferences';
    return;
  end if;

  v_zone := herald.known_zone(v_wishes.timezone);
  v_today := (p_now at time zone v_zone)::date;
  v_limit := coalesce(v_wishes.daily_sms_limit, p_default_limit);
  -- A count of another local day, past or (by a zone that was changed) to come, says nothing of this one.
  v_count := case
    when (v_wishes.daily_count_reset_at at time zone v_zone)::date = v_today
      then coalesce(v_wishes.daily_sms_count, 0)
    else 0
  end;
  v_allowed := v_count::bigint + p_increment <= v_limit and (p_increment > 0 or v_count < v_limit);

  if v_allowed and p_increment > 0 then
    v_count := v_count + p_increment;
    update public.user_sms_preferences
    set daily_sms_count = v_count, daily_count_reset_at = p_now
    where user_id = p_user_id;
  end if;

  return query
  select
    v_allowed, v_count, v_limit, (v_today + 1)::timestamp at time zone v_zone,
    case when not v_allowed then format('%s of %s texts of this local day are used', v_count, v_limit) end;
end;
$$;

comment on function public.check_and_increment_sms_daily_limit(uuid, integer, integer, timestamptz) is
$$Counts p_increment texts for a user if the daily limit allows all of them, and tells whether it did.

A user without SMS preferences is not allowed any.

p_default_limit: for users who have none of their own.
limit: 0 means none.
reset_at: the next midnight in the user's zone.
reason: why not, else null.

Errors: 22023 an increment or a limit that makes no sense.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.check_and_increment_sms_daily_limit(uuid, integer, integer, timestamptz) from public;
grant execute on function public.check_and_increment_sms_daily_limit(uuid, integer, integer, timestamptz)
to herald_runner;
