-- Gives the occurrences of series that are due within the lead their texts, and moves each series on to its next one.
--
-- After a time without a tick only the newest missed occurrence is sent, if it has not expired; the older ones are on
-- record as cancelled. Routines are asked for their words, which are the application's, so they are a call of their
-- own: if its function fails, other series go on.
--
-- Bounded by series and by occurrences, which the series share: after a week a series of every minute has ten thousand,
-- and then the next ticks write the rest.
create or replace function herald.recur_series(
  p_now timestamptz,
  p_routines boolean,
  p_limit integer default 1000,
  p_occurrences integer default 5000
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_horizon constant timestamptz := p_now + (select promote_lead from herald.settings);
  v_candidates uuid[];
  v_series public.sms_messages[];
  v_share integer;
  v_due herald.due_occurrence[];
  v_written uuid[];
begin
  v_candidates := array(
    select id
    from public.sms_messages
    where status = 'scheduled'
      and recurrence_pattern is not null
      and scheduled_for <= v_horizon
      and (routine is not null) = p_routines
    order by scheduled_for
    limit p_limit
  );

  select array_agg(series)
  into v_series
  from (
    select *
    from public.sms_messages
    where id = any (v_candidates)
      and status = 'scheduled'
      and recurrence_pattern is not null
      and user_id = any (
        array(select herald.free_users(array(select user_id from public.sms_messages where id = any (v_candidates))))
      )
    order by id
    for no key update skip locked
  ) as series;
  if v_series is null then
    return 0;
  end if;
  v_share := greatest(1, p_occurrences / cardinality(v_series));

  with coming as (
    select
      series.id as series_id, series.user_id, series.routine, occurrence.wall, occurrence.at,
      row_number() over (partition by series.id order by occurrence.wall) as place,
      -- The newest one that is due already, of each series, and what lies ahead is sent.
      coalesce(
        occurrence.at < max(occurrence.at) filter (where occurrence.at <= p_now) over (partition by series.id), false
      ) as is_missed
    from unnest(v_series) as series
    -- One more, to know whether the last of the share is the newest.
    cross join lateral herald.occurrences(
      series.recurrence_pattern, series.recurrence_start,
      herald.series_zone(series.user_id, series.recurrence_timezone), series.recurrence_last,
      least(series.recurrence_ends, v_horizon), v_share + 1
    ) as occurrence
  ),
  due as materialized (
    select series_id, user_id, routine, wall, at, is_missed
    from coming
    where place <= v_share
  ),
  said as materialized (
    select distinct on (asked.routine, asked.at, own.user_id)
      asked.routine, asked.at, own.user_id, coalesce(nullif(btrim(own.message), ''), '') as words
    from (
      select routine, at, array_agg(user_id) as user_ids
      from due
      where routine is not null and not is_missed
      group by routine, at
    ) as asked
    cross join lateral herald.routine_words(asked.routine, asked.user_ids, asked.at) as own
  )
  select array_agg(
    row(
      due.series_id, due.wall, due.at,
      case when due.routine is not null then coalesce(said.words, known.words, '') end,
      case
        when due.is_missed then 'missed: a newer one has taken its place'
        when due.routine is null then null
        when coalesce(said.words, known.words, '') = '' then 'nothing_to_say: the application had no words for it'
        when char_length(said.words) > 1600 then 'too_long: the application gave it more than 1,600 characters'
      end
    )::herald.due_occurrence
  )
  into v_due
  from due
  left join said on said.routine = due.routine and said.at = due.at and said.user_id = due.user_id
  left join herald.sms_routines as known on known.category = due.routine;

  v_written := array(
    select written.message_id
    from herald.write_occurrences(
      array(select due.series_id from unnest(v_due) as due),
      array(select due.wall from unnest(v_due) as due),
      array(select due.at from unnest(v_due) as due),
      array(select case when due.reason is null then due.words end from unnest(v_due) as due),
      p_now
    ) as written
  );

  -- A statement of its own: the one that wrote them does not see them. What somebody had changed ahead is missed like
  -- the others, unless it was given another time.
  update public.sms_messages as text
  set status = 'cancelled', cancelled_at = p_now, cancel_reason = due.reason
  from unnest(v_due) as due
  where text.parent_message_id = due.series_id
    and text.occurrence = due.wall
    and due.reason is not null
    and (
      text.id = any (v_written)
      or (due.reason like 'missed: %' and text.status = 'scheduled' and text.scheduled_for = due.at)
    );

  update public.sms_messages as series
  set
    recurrence_last = coming.last,
    scheduled_for = coalesce(coming.at, series.scheduled_for),
    expires_at = series.expires_at + coalesce(coming.at - series.scheduled_for, interval '0'),
    status = case when coming.at is null then 'cancelled' else 'scheduled' end::public.sms_status,
    cancelled_at = case when coming.at is null then p_now end,
    cancel_reason = case when coming.at is null then 'ended: nothing of the series is left' end
  from (
    select done.id, done.last, next.at
    from (
      select each.*, coalesce(written.last, each.recurrence_last) as last
      from unnest(v_series) as each
      left join (
        select due.series_id, max(due.wall) as last from unnest(v_due) as due group by due.series_id
      ) as written on written.series_id = each.id
    ) as done
    left join lateral herald.occurrences(
      done.recurrence_pattern, done.recurrence_start, herald.series_zone(done.user_id, done.recurrence_timezone),
      done.last, done.recurrence_ends, 1
    ) as next on true
  ) as coming
  where series.id = coming.id;

  return coalesce(cardinality(v_due), 0);
end;
$$;

comment on function herald.recur_series(timestamptz, boolean, integer, integer) is
'Writes the texts of series (or of routines) that are due within settings.promote_lead, of up to p_limit series and '
'about p_occurrences in all; returns how many.';

revoke execute on function herald.recur_series(timestamptz, boolean, integer, integer) from public;
grant execute on function herald.recur_series(timestamptz, boolean, integer, integer) to herald_runner;
