-- How each type of event did.
create or replace function public.get_notification_event_performance(p_interval text default '30 days')
returns table (
  event_type text,
  total_events bigint,
  total_deliveries bigint,
  unique_subscribers bigint,
  avg_delivery_time_seconds numeric,
  open_rate numeric,
  click_rate numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with span as (
    select now() - herald.require_interval('p_interval', p_interval) as begins_at, now() + interval '1 microsecond' as ends_at
  ),
  emitted as (
    select event.event_type, count(*) as events
    from span
    inner join public.notification_events as event
      on event.created_at >= span.begins_at and event.created_at < span.ends_at
    group by event.event_type
  ),
  told as (
    select
      fact.event_type, count(*) as deliveries, count(distinct fact.recipient_user_id) as readers,
      count(fact.went_at) as went, count(fact.opened_at) as opened, count(fact.clicked_at) as clicked,
      avg(fact.arrived_at - fact.created_at) as took
    from span
    cross join lateral herald.notification_facts(span.begins_at, span.ends_at) as fact
    group by fact.event_type
  )
  select
    emitted.event_type, emitted.events, coalesce(told.deliveries, 0), coalesce(told.readers, 0),
    coalesce(round(extract(epoch from told.took)::numeric, 2), 0), herald.percent(told.opened, told.went),
    herald.percent(told.clicked, told.went)
  from emitted
  left join told on told.event_type = emitted.event_type
  order by emitted.events desc, emitted.event_type;
$$;

comment on function public.get_notification_event_performance(text) is
$$A row for each type of which there were events in the last p_interval, the most frequent first.

What was suppressed is not counted.

unique_subscribers: users who were told.
avg_delivery_time_seconds: from being written to arriving.
open_rate, click_rate: percent of the deliveries that went.

Errors: 22023 a length of time that makes no sense.

Example: {"p_interval": "7 days"}$$;

revoke execute on function public.get_notification_event_performance(text) from public;
grant execute on function public.get_notification_event_performance(text) to herald_runner;
