-- How much happened to texts on each UTC day. A text counts on the day of each of its instants; a series is no text.
create or replace view public.daily_sms_volume
with (security_invoker = true) as
select
  day,
  sum(requested)::bigint as requested,
  sum(sent)::bigint as sent,
  sum(delivered)::bigint as delivered,
  sum(failed)::bigint as failed,
  sum(cancelled)::bigint as cancelled
from (
  select (created_at at time zone 'UTC')::date as day, 1 as requested, 0 as sent, 0 as delivered, 0 as failed, 0 as cancelled
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (sent_at at time zone 'UTC')::date, 0, 1, 0, 0, 0
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (delivered_at at time zone 'UTC')::date, 0, 0, 1, 0, 0
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (failed_at at time zone 'UTC')::date, 0, 0, 0, 1, 0
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (cancelled_at at time zone 'UTC')::date, 0, 0, 0, 0, 1
  from public.sms_messages
  where recurrence_pattern is null
) as happened
where day is not null
group by day;

comment on view public.daily_sms_volume is
$$Texts by UTC day: asked for, sent, delivered, failed or undelivered, and cancelled, each on the day when it happened.

A day without anything has no row. For a rate take daily_sms_deliveries: it follows the texts of one day.$$;

revoke all on public.daily_sms_volume from public;
grant select on public.daily_sms_volume to herald_runner;
