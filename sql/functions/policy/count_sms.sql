-- Counts texts on the local day of their users. Whoever counts holds the users' rows. From the day that has
-- just begun nobody's clock goes back to the one before: its texts' counted_at tell.
create or replace function herald.count_sms(p_user_ids uuid[], p_at timestamptz)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = 'off'
as $$
  -- Each zone is asked for once.
  with zones as materialized (
    select zone.timezone, herald.known_zone(zone.timezone) as zone
    from (
      select distinct own.timezone from public.user_sms_preferences as own where own.user_id = any (p_user_ids)
    ) as zone
  )
  update public.user_sms_preferences as wishes
  set
    daily_sms_count = cardinality(array_positions(p_user_ids, wishes.user_id)) + case
      when isfinite(wishes.daily_count_reset_at)
        and (wishes.daily_count_reset_at at time zone zones.zone)::date = (p_at at time zone zones.zone)::date
        then coalesce(wishes.daily_sms_count, 0)
      else 0
    end,
    daily_count_reset_at = p_at,
    updated_at = now()
  from zones
  where wishes.user_id = any (p_user_ids)
    and wishes.timezone is not distinct from zones.timezone
    and (
      isfinite(wishes.daily_count_reset_at) is not true
      or (wishes.daily_count_reset_at at time zone zones.zone)::date <> (p_at at time zone zones.zone)::date + 1
    );
$$;

comment on function herald.count_sms(uuid[], timestamptz) is
'Adds a text to the daily count of each user, once for each time they stand in p_user_ids.';

revoke execute on function herald.count_sms(uuid[], timestamptz) from public;
grant execute on function herald.count_sms(uuid[], timestamptz) to herald_runner;
