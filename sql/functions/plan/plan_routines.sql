-- Brings users' routines in line with their switches: a series for each that is on, at the user's time; none for one
-- that is off. What has gone today does not go again today because its time was changed.
create or replace function herald.plan_routines(p_user_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
declare
  v_user_ids constant uuid[] := coalesce(p_user_ids, array(select user_id from public.user_sms_preferences));
  v_wanted herald.wanted_routine[];
  v_unwanted uuid[];
begin
  select array_agg(
    row(
      wishes.user_id, routine.category, routine.recurrence_pattern, wishes.phone_number,
      coalesce(routine.words, 'This is said by herald.routine_words.'), zones.zone, clock.at_time
    )::herald.wanted_routine
  )
  into v_wanted
  from public.user_sms_preferences as wishes
  cross join herald.sms_routines as routine
  inner join herald.sms_categories as kind on kind.category = routine.category
  cross join lateral (select herald.known_zone(wishes.timezone) as zone) as zones
  cross join lateral (
    select coalesce((to_jsonb(wishes) ->> routine.time_column)::time, routine.usual_time) as at_time
  ) as clock
  where wishes.user_id = any (v_user_ids)
    and routine.is_active
    and (to_jsonb(wishes) ->> kind.toggle_column)::boolean
    and wishes.phone_number is not null
    and wishes.opted_out is not true;

  v_unwanted := array(
    select series.id
    from public.sms_messages as series
    where series.routine is not null
      and series.status = 'scheduled'
      and series.user_id = any (v_user_ids)
      and not exists (
        select
        from unnest(v_wanted) as wanted
        where wanted.user_id = series.user_id and wanted.category = series.routine
      )
  );
  if cardinality(v_unwanted) > 0 then
    perform herald.cancel_texts(v_unwanted, 'switched_on: the user does not want it (any more)', p_now);
  end if;

  with planned as materialized (
    select
      wanted.*, series.id as series_id, start.wall as starts_on, start.at as starts_at
    from unnest(v_wanted) as wanted
    left join public.sms_messages as series
      on series.user_id = wanted.user_id and series.routine = wanted.category and series.status = 'scheduled'
    left join lateral (
      select clock.wall, moment.at
      from generate_series(0, 30) as day (number)
      cross join lateral (
        select (p_now at time zone wanted.zone)::date + day.number + wanted.at_time as wall
      ) as clock
      cross join lateral (select herald.instant_of(clock.wall, wanted.zone) as at) as moment
      where moment.at > p_now
        and not exists (
          select
          from public.sms_messages as other
          inner join public.sms_messages as gone on gone.parent_message_id = other.id
          where other.user_id = wanted.user_id
            and other.routine = wanted.category
            -- What waits ends with the old time.
            and gone.status not in ('cancelled', 'pending', 'scheduled', 'queued')
            and gone.occurrence::date = clock.wall::date
        )
      order by day.number
      limit 1
    ) as start on true
    where series.id is null
      or series.recurrence_pattern <> wanted.recurrence_pattern
      or series.recurrence_start::time <> wanted.at_time
      or series.message_content <> wanted.words
  ),
  moved as (
    update public.sms_messages as series
    set
      recurrence_pattern = planned.recurrence_pattern,
      scheduled_for = case
        when series.recurrence_start::time <> planned.at_time
          then coalesce(planned.starts_at, series.scheduled_for)
        else series.scheduled_for
      end,
      -- Said as well, since the clocks may skip it on that day.
      recurrence_start = case
        when series.recurrence_start::time <> planned.at_time
          then coalesce(planned.starts_on, series.recurrence_start)
        else series.recurrence_start
      end,
      message_content = planned.words
    from planned
    where series.id = planned.series_id
  )
  insert into public.sms_messages (
    user_id, phone_number, message_content, status, scheduled_for, recurrence_start, category, recurrence_pattern, routine
  )
  select user_id, phone_number, words, 'scheduled', starts_at, starts_on, category, recurrence_pattern, category
  from planned
  where series_id is null and starts_at is not null
  order by user_id, category
  on conflict (user_id, routine) where routine is not null and status = 'scheduled' do nothing;

  return coalesce(cardinality(v_wanted), 0);
end;
$$;

comment on function herald.plan_routines(uuid[], timestamptz) is
$$Plans the routines of users (null: all of them) as their switches say, and ends the others; returns how many stand.

For after a change of herald.sms_routines: select herald.plan_routines(null, now()). Running it again changes nothing.$$;

revoke execute on function herald.plan_routines(uuid[], timestamptz) from public;
grant execute on function herald.plan_routines(uuid[], timestamptz) to herald_runner;
