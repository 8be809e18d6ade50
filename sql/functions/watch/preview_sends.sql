-- Every text that would go in a time to come, by the very gates of the claim; nothing is written.
create or replace function public.preview_sends(
  p_user_id uuid default null,
  p_from timestamptz default null,
  p_to timestamptz default null
)
returns table (
  user_id uuid,
  message_id uuid,
  series_id uuid,
  category text,
  priority text,
  planned_for timestamptz,
  goes_at timestamptz,
  local_time timestamp,
  timezone text,
  verdict text,
  gate text,
  evidence text,
  segments integer,
  clocks_change boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_from constant timestamptz := coalesce(p_from, now());
  v_to constant timestamptz := coalesce(p_to, v_from + interval '30 days');
  -- What is late already goes now; what lies ahead but before the time asked about may be moved into it.
  v_begin constant timestamptz := least(v_from, now());
  v_texts public.sms_messages[];
  v_planned timestamptz[];
  v_at timestamptz[];
begin
  if v_to <= v_from or v_to > v_from + interval '366 days' then
    raise exception 'p_to % is not within a year after p_from %', v_to, v_from
      using errcode = '22023', hint = 'Give a later p_to, or leave it out for 30 days.';
  end if;
  if p_user_id is not null and not herald.user_exists(p_user_id) then
    perform herald.refuse_unknown('p_user_id', p_user_id::text);
  end if;

  -- At the same instant the claim takes the more urgent first, and then what has waited for longer.
  select
    array_agg(planned.text order by planned.priority, planned.own_at, planned.id),
    array_agg(planned.own_at order by planned.priority, planned.own_at, planned.id),
    array_agg(greatest(planned.at, v_begin) order by planned.priority, planned.own_at, planned.id)
  into v_texts, v_planned, v_at
  from (
    select
      message as text, coalesce(message.scheduled_for, v_begin) as at,
      coalesce(message.deferred_from, message.scheduled_for, v_begin) as own_at,
      herald.job_priority(message.priority) as priority, message.id
    from public.sms_messages as message
    where message.status in ('pending', 'scheduled', 'queued')
      and message.recurrence_pattern is null
      and (p_user_id is null or message.user_id = p_user_id)
      and (
        message.scheduled_for is null
        or message.scheduled_for < v_to and (message.scheduled_for >= v_from - interval '1 day' or v_begin = v_from)
        or message.scheduled_for <= v_begin
      )
    union all
    select
      jsonb_populate_record(
        series,
        jsonb_build_object(
          'scheduled_for', occurrence.at, 'recurrence_pattern', null, 'parent_message_id', series.id,
          'expires_at', occurrence.at + (series.expires_at - series.scheduled_for),
          'phone_number', coalesce(wishes.phone_number, series.phone_number)
        )
      ),
      occurrence.at, occurrence.at, herald.job_priority(series.priority), series.id
    from public.sms_messages as series
    left join public.user_sms_preferences as wishes on wishes.user_id = series.user_id
    cross join lateral (select herald.series_zone(series.user_id, series.recurrence_timezone) as zone) as zones
    cross join lateral herald.occurrences(
      series.recurrence_pattern, series.recurrence_start,
      zones.zone, greatest(series.recurrence_last, (v_from - interval '1 day') at time zone zones.zone),
      least(series.recurrence_ends, v_to - interval '1 microsecond')
    ) as occurrence
    where series.status = 'scheduled'
      and series.recurrence_pattern is not null
      and series.scheduled_for < v_to
      and (p_user_id is null or series.user_id = p_user_id)
      and not exists (
        select
        from public.sms_messages as made
        where made.parent_message_id = series.id and made.occurrence = occurrence.wall
      )
  ) as planned;

  return query
  select
    text.user_id,
    case when text.id is distinct from text.parent_message_id then text.id end,
    case when text.occurrence is not null or text.id = text.parent_message_id then text.parent_message_id end,
    text.category, text.priority::text, own.planned, state.at,
    state.at at time zone zones.zone, zones.zone, state.verdict, state.gate, state.evidence, text.segment_count,
    day.today::timestamp at time zone zones.zone + interval '24 hours'
      <> (day.today + 1)::timestamp at time zone zones.zone
  from unnest(v_texts) with ordinality as text
  inner join herald.foresee_sends(v_texts, v_at, v_to) as state on state.place = text.ordinality
  inner join unnest(v_planned) with ordinality as own (planned, place) on own.place = text.ordinality
  cross join lateral (select herald.series_zone(text.user_id, null) as zone) as zones
  cross join lateral (select (state.at at time zone zones.zone)::date as today) as day
  where state.at >= v_from and state.at < v_to
  order by 7, 1, 2;
end;
$$;

comment on function public.preview_sends(uuid, timestamptz, timestamptz) is
$$Every text that would go between two instants: when, by whose clock, and what the gates say of it. Writes nothing.

p_user_id: null means everybody.
p_from, p_to: null means from now on, for 30 days.
message_id: null for an occurrence of series_id that has no text yet.
planned_for: its own time.
goes_at: what the gates make of it.
verdict: pass; block, with the gate and its evidence; or defer, with the gate that somebody has to lift.
segments: of today's words.
clocks_change: on that day the clocks of the zone are turned.

Errors: 22023 a time that makes no sense; 23503 unknown user.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_from": "2035-03-01T00:00:00Z",
"p_to": "2035-03-15T00:00:00Z"}$$;

revoke execute on function public.preview_sends(uuid, timestamptz, timestamptz) from public;
grant execute on function public.preview_sends(uuid, timestamptz, timestamptz) to herald_runner;
