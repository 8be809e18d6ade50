-- How notifications did, in one row.
create or replace function public.get_notification_overview_metrics(
  p_interval text default '7 days',
  p_offset text default null
)
returns table (total_sent bigint, delivery_success_rate numeric, avg_open_rate numeric, avg_click_rate numeric)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    count(fact.went_at),
    herald.percent(
      count(*) filter (where fact.went_at is not null and fact.failed_at is null),
      count(*) filter (where fact.went_at is not null or fact.failed_at is not null)
    ),
    herald.percent(count(fact.opened_at), count(fact.went_at)),
    herald.percent(count(fact.clicked_at), count(fact.went_at))
  from (
    select now() - coalesce(herald.require_interval('p_offset', coalesce(p_offset, '0')), '0') as ends_at
  ) as span
  left join lateral herald.notification_facts(
    span.ends_at - herald.require_interval('p_interval', p_interval),
    -- Written by this very transaction counts as well.
    span.ends_at + case when p_offset is null then interval '1 microsecond' else '0' end
  ) as fact on true;
$$;

comment on function public.get_notification_overview_metrics(text, text) is
$$One row about the notifications of the last p_interval: zeros where there are none.

What was suppressed is not counted.

p_offset: the span of the same length that ended so long ago, to compare with; null means the one that ends now.
total_sent: those that went out.
delivery_success_rate: percent that went and did not fail, of those that went or failed.
avg_open_rate, avg_click_rate: percent of those that went.

Errors: 22023 a length of time that makes no sense.

Example: {"p_interval": "7 days"}$$;

revoke execute on function public.get_notification_overview_metrics(text, text) from public;
grant execute on function public.get_notification_overview_metrics(text, text) to herald_runner;
