-- What became of the texts that were sent on each UTC day, and what they cost.
create or replace view public.daily_sms_deliveries
with (security_invoker = true) as
select
  (message.sent_at at time zone 'UTC')::date as day,
  count(*) as sent,
  count(*) filter (where message.status = 'delivered') as delivered,
  count(*) filter (where message.status in ('undelivered', 'failed')) as undelivered,
  count(*) filter (where message.status not in ('delivered', 'undelivered', 'failed')) as unreported,
  round(100.0 * count(*) filter (where message.status = 'delivered') / count(*), 2) as delivery_rate,
  coalesce(sum(message.segment_count), 0)::bigint as segments,
  coalesce(sum(message.segment_count), 0) * min(setting.price_per_segment) as cost_usd
from public.sms_messages as message
cross join herald.settings as setting
where message.sent_at is not null and message.recurrence_pattern is null
group by 1;

comment on view public.daily_sms_deliveries is
$$The texts sent on a UTC day: how many are delivered by now, undelivered, or without a report of their end.

delivery_rate: percent of those sent. cost_usd: segments times herald.settings.price_per_segment. Rates of several days
are not to be added or averaged: sum the counts. A day without a text has no row.$$;

revoke all on public.daily_sms_deliveries from public;
grant select on public.daily_sms_deliveries to herald_runner;
