-- What happened to texts on each day, computed from the timestamps of the texts themselves and from nothing else.
create or replace function herald.sms_days(p_first date, p_last date, p_user_id uuid default null)
returns table (
  day date,
  scheduled_count integer,
  sent_count integer,
  delivered_count integer,
  failed_count integer,
  cancelled_count integer,
  delivery_ms numeric,
  segment_count integer,
  quiet_hours_count integer,
  limit_count integer,
  active_users integer
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with bounds as (
    select p_first::timestamp at time zone 'UTC' as first_at, (p_last + 1)::timestamp at time zone 'UTC' as end_at
  ),
  happened as (
    select message.user_id, message.segment_count, message.cancel_reason, event.kind, event.at,
      message.delivered_at - message.sent_at as delivery_time
    from bounds
    cross join public.sms_messages as message
    cross join lateral (
      values
      ('scheduled', coalesce(message.scheduled_for, message.created_at)), ('sent', message.sent_at),
      ('delivered', message.delivered_at), ('failed', message.failed_at), ('cancelled', message.cancelled_at)
    ) as event (kind, at)
    where (p_user_id is null or message.user_id = p_user_id)
      -- A series is no text; its occurrences are.
      and message.recurrence_pattern is null
      and (
        (message.scheduled_for >= bounds.first_at and message.scheduled_for < bounds.end_at)
        or (message.created_at >= bounds.first_at and message.created_at < bounds.end_at)
        or (message.sent_at >= bounds.first_at and message.sent_at < bounds.end_at)
        or (message.delivered_at >= bounds.first_at and message.delivered_at < bounds.end_at)
        or (message.failed_at >= bounds.first_at and message.failed_at < bounds.end_at)
        or (message.cancelled_at >= bounds.first_at and message.cancelled_at < bounds.end_at)
      )
      and event.at >= bounds.first_at
      and event.at < bounds.end_at
  ),
  counted as (
    select
      (at at time zone 'UTC')::date as day,
      count(*) filter (where kind = 'scheduled')::integer as scheduled_count,
      count(*) filter (where kind = 'sent')::integer as sent_count,
      count(*) filter (where kind = 'delivered')::integer as delivered_count,
      count(*) filter (where kind = 'failed')::integer as failed_count,
      count(*) filter (where kind = 'cancelled')::integer as cancelled_count,
      avg(extract(epoch from delivery_time) * 1000) filter (where kind = 'delivered') as delivery_ms,
      coalesce(sum(segment_count) filter (where kind = 'sent'), 0)::integer as segment_count,
      count(*) filter (where kind = 'cancelled' and cancel_reason like 'quiet_hours:%')::integer as quiet_hours_count,
      count(*) filter (where kind = 'cancelled' and cancel_reason like 'limits:%')::integer as limit_count,
      count(distinct user_id) filter (where kind = 'sent')::integer as active_users
    from happened
    group by 1
  )
  select
    calendar.day::date, coalesce(scheduled_count, 0), coalesce(sent_count, 0), coalesce(delivered_count, 0),
    coalesce(failed_count, 0), coalesce(cancelled_count, 0), coalesce(round(delivery_ms, 2), 0),
    coalesce(segment_count, 0), coalesce(quiet_hours_count, 0), coalesce(limit_count, 0), coalesce(active_users, 0)
  from generate_series(p_first::timestamp, p_last::timestamp, interval '1 day') as calendar (day)
  left join counted on counted.day = calendar.day::date
  order by 1;
$$;

comment on function herald.sms_days(date, date, uuid) is
'Counts of texts for each UTC day of a span, of one user or of all; delivery_ms is from sent to delivered.';

revoke execute on function herald.sms_days(date, date, uuid) from public;
grant execute on function herald.sms_days(date, date, uuid) to herald_runner;
