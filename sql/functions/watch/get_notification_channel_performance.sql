-- How notifications did, a row for each channel.
create or replace function public.get_notification_channel_performance(p_interval text default '7 days')
returns table (
  channel text,
  total_sent bigint,
  sent bigint,
  delivered bigint,
  opened bigint,
  clicked bigint,
  failed bigint,
  success_rate numeric,
  delivery_rate numeric,
  open_rate numeric,
  click_rate numeric,
  avg_delivery_time_ms numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    known.channel,
    count(fact.delivery_id) filter (where fact.went_at is not null or fact.failed_at is not null),
    count(fact.went_at),
    count(fact.arrived_at),
    count(fact.opened_at),
    count(fact.clicked_at),
    count(fact.failed_at),
    herald.percent(
      count(*) filter (where fact.went_at is not null and fact.failed_at is null),
      count(*) filter (where fact.went_at is not null or fact.failed_at is not null)
    ),
    herald.percent(count(fact.arrived_at), count(fact.went_at)),
    herald.percent(count(fact.opened_at), count(fact.went_at)),
    herald.percent(count(fact.clicked_at), count(fact.went_at)),
    coalesce(round((extract(epoch from avg(fact.arrived_at - fact.created_at)) * 1000)::numeric, 2), 0)
  from unnest(array['in_app', 'email', 'push', 'sms']) with ordinality as known (channel, place)
  left join herald.notification_facts(
    now() - herald.require_interval('p_interval', p_interval), now() + interval '1 microsecond'
  ) as fact on fact.channel = known.channel
  group by known.channel, known.place
  order by known.place;
$$;

comment on function public.get_notification_channel_performance(text) is
$$Four rows about the notifications of the last p_interval, in_app, email, push and sms: zeros where there are none.

What was suppressed is not counted.

total_sent: those that went or failed.
sent: those that went.
success_rate: percent of total_sent.
delivery_rate, open_rate, click_rate: percent of sent.
avg_delivery_time_ms: milliseconds from being written to arriving.

Errors: 22023 a length of time that makes no sense.

Example: {"p_interval": "30 days"}$$;

revoke execute on function public.get_notification_channel_performance(text) from public;
grant execute on function public.get_notification_channel_performance(text) to herald_runner;
