-- Which occurrence of a series somebody means: told by its instant, known by its wall time. One that has its text
-- already is still meant by it, as long as that has not left. Holds the series, so that it does not recur meanwhile.
create or replace function herald.find_occurrence(p_series_id uuid, p_occurrence_at timestamptz)
returns table (wall timestamp, message_id uuid)
language plpgsql
volatile
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  v_series public.sms_messages;
  v_zone text;
  v_status public.sms_status;
begin
  perform herald.lock_text(p_series_id);
  v_series := herald.require_series('p_series_id', p_series_id);
  v_zone := herald.series_zone(v_series.user_id, v_series.recurrence_timezone);
  if v_series.status <> 'scheduled' then
    raise exception 'series % is over', p_series_id using errcode = 'SMS01', hint = 'Queue a new one.';
  end if;

  select occurrence.wall
  into wall
  from herald.occurrences(
    v_series.recurrence_pattern, v_series.recurrence_start, v_zone,
    (p_occurrence_at at time zone v_zone) - interval '1 day', least(v_series.recurrence_ends, p_occurrence_at)
  ) as occurrence
  -- Or a series without an end would be walked through for what is no instant.
  where isfinite(p_occurrence_at) and occurrence.at = p_occurrence_at;
  if wall is null then
    raise exception 'p_occurrence_at is no occurrence of series %: %',
      p_series_id, coalesce(herald.utc_text(p_occurrence_at), 'null')
      using errcode = '22023',
        hint = format('The next one is %s; list_sms_occurrences lists more.', herald.utc_text(v_series.scheduled_for));
  end if;

  -- A claim may be taking it right now: held first, and looked at then.
  select id into message_id from public.sms_messages where parent_message_id = p_series_id and occurrence = wall;
  perform herald.lock_text(message_id);
  select status into v_status from public.sms_messages where id = message_id;
  if v_status not in ('pending', 'scheduled', 'queued') or (message_id is null and wall <= v_series.recurrence_last) then
    raise exception 'the occurrence % of series % is %',
      herald.utc_text(p_occurrence_at), p_series_id, coalesce(v_status::text, 'over')
      using errcode = 'SMS01', hint = 'Only what has not left can be changed.';
  end if;
  return next;
end;
$$;

comment on function herald.find_occurrence(uuid, timestamptz) is
$$The wall time of an occurrence that has not left, and its text if it has one already.

Errors: 23503 unknown text; 22023 not a series, or no occurrence of it; SMS01 it has left, or the series is over.$$;

revoke execute on function herald.find_occurrence(uuid, timestamptz) from public;
grant execute on function herald.find_occurrence(uuid, timestamptz) to herald_runner;
