-- "This and following": the series ends before the occurrence, and another one goes on from there.
create or replace function public.change_sms_series(
  p_series_id uuid,
  p_occurrence_at timestamptz,
  p_message text default null,
  p_scheduled_for timestamptz default null,
  p_recurrence_pattern text default null
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_series public.sms_messages;
  v_zone text;
  v_wall timestamp;
  v_before timestamp;
  v_id uuid;
  v_next timestamptz;
begin
  if num_nonnulls(p_message, p_scheduled_for, p_recurrence_pattern) = 0 then
    raise exception 'p_message, p_scheduled_for and p_recurrence_pattern are all null'
      using errcode = '22004', hint = 'Give what is to change; end_sms_series ends it.';
  end if;
  perform herald.require_time_ahead('p_scheduled_for', p_scheduled_for);

  select found.wall into v_wall from herald.find_occurrence(p_series_id, p_occurrence_at) as found;
  select * into v_series from public.sms_messages where id = p_series_id;
  if v_series.routine is not null then
    raise exception 'series % is the routine % of its user', p_series_id, v_series.routine
      using errcode = '22023',
        hint = 'Its time stands in user_sms_preferences, its words come from herald.routine_words or herald.sms_routines.';
  end if;
  v_zone := herald.series_zone(v_series.user_id, v_series.recurrence_timezone);
  -- The last one before: what a COUNT has left is counted from there.
  select max(occurrence.wall)
  into v_before
  from herald.occurrences(
    v_series.recurrence_pattern, v_series.recurrence_start, v_zone, null, p_occurrence_at
  ) as occurrence
  where occurrence.wall < v_wall;

  insert into public.sms_messages (
    user_id, phone_number, message_content, template_id, template_vars, status, priority, scheduled_for, max_attempts,
    project_id, task_id, metadata, category, expires_at, correlation_id, recurrence_pattern, recurrence_ends,
    recurrence_timezone, recurrence_start
  )
  values (
    v_series.user_id, v_series.phone_number, coalesce(p_message, v_series.message_content),
    case when p_message is null then v_series.template_id end,
    case when p_message is null then v_series.template_vars end,
    'scheduled', v_series.priority, coalesce(p_scheduled_for, p_occurrence_at), v_series.max_attempts,
    v_series.project_id, v_series.task_id, v_series.metadata, v_series.category,
    coalesce(p_scheduled_for, p_occurrence_at) + (v_series.expires_at - v_series.scheduled_for),
    v_series.correlation_id,
    coalesce(
      p_recurrence_pattern,
      herald.rest_of_rrule(
        v_series.recurrence_pattern, v_series.recurrence_start, v_zone, v_before,
        p_new_start => p_scheduled_for at time zone v_zone
      )
    ),
    v_series.recurrence_ends, v_series.recurrence_timezone,
    -- An occurrence that the clocks skip is moved on its own day only.
    case when p_scheduled_for is null then v_wall end
  )
  returning id, scheduled_for into v_id, v_next;
  if p_recurrence_pattern is null and v_next <> date_trunc('second', p_scheduled_for) then
    raise exception 'the rule of series % has no occurrence at p_scheduled_for %', p_series_id, herald.utc_text(p_scheduled_for)
      using errcode = '22023',
        hint = format('It says itself when it recurs: %s. Give p_recurrence_pattern as well.', v_series.recurrence_pattern);
  end if;

  perform public.end_sms_series(p_series_id, p_occurrence_at, format('changed: series %s goes on from here', v_id));
  -- What was made ahead after it may have left since.
  if exists (
    select
    from public.sms_messages as made
    where made.parent_message_id = p_series_id
      and made.status <> 'cancelled'
      and herald.instant_of(made.occurrence, v_zone) >= p_occurrence_at
  ) then
    raise exception 'a later occurrence of series % is being sent already', p_series_id
      using errcode = 'SMS01', hint = 'Change it from the one after that on; list_sms_occurrences lists them.';
  end if;
  return v_id;
end;
$$;

comment on function public.change_sms_series(uuid, timestamptz, text, timestamptz, text) is
$$Changes a series from one of its occurrences on, and returns the series that goes on from there.

What was changed or skipped of the old series from there on is forgotten.

p_series_id: as queue_sms_message returned it.
p_occurrence_at: the first one to change, as list_sms_occurrences tells it.
p_message: other words; null leaves them.
p_scheduled_for: the new time of that occurrence, and so of all that follow; null leaves it.
p_recurrence_pattern: another rule; null leaves it.

Errors: 22004 nothing to change; 23503 unknown series; 22023 not a series, no occurrence of it, words, a time or a rule
that make no sense, or a routine, which follows its user's switches; SMS01 it has left.

Example: {"p_series_id": "20000000-0000-4000-8000-000000000002", "p_occurrence_at": "2035-03-07T12:00:00Z",
"p_recurrence_pattern": "FREQ=WEEKLY;BYDAY=WE"}$$;

revoke execute on function public.change_sms_series(uuid, timestamptz, text, timestamptz, text) from public;
grant execute on function public.change_sms_series(uuid, timestamptz, text, timestamptz, text) to herald_runner;
