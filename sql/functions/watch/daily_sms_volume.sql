-- How much happened to texts on each UTC day. A text counts on the day of each of its instants; a series is no text.
create or replace view public.daily_sms_volume
with (security_invoker = true) as
select
  day,
  count(*) filter (where kind = 'requested') as requested,
  count(*) filter (where kind = 'sent') as sent,
  count(*) filter (where kind = 'delivered') as delivered,
  count(*) filter (where kind = 'failed') as failed,
  count(*) filter (where kind = 'cancelled') as cancelled
from (
  select (created_at at time zone 'UTC')::date as day, 'requested' as kind
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (sent_at at time zone 'UTC')::date as day, 'sent' as kind
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (delivered_at at time zone 'UTC')::date as day, 'delivered' as kind
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (failed_at at time zone 'UTC')::date as day, 'failed' as kind
  from public.sms_messages
  where recurrence_pattern is null
  union all
  select (cancelled_at at time zone 'UTC')::date as day, 'cancelled' as kind
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
