-- What became of the short links that were made on each UTC day.
create or replace view public.daily_link_clicks
with (security_invoker = true) as
select
  (created_at at time zone 'UTC')::date as day,
  count(*) as links,
  count(*) filter (where click_count > 0) as clicked,
  coalesce(sum(click_count), 0)::bigint as clicks,
  round(100.0 * count(*) filter (where click_count > 0) / count(*), 2) as click_rate
from public.notification_tracking_links
where created_at is not null
group by 1;

comment on view public.daily_link_clicks is
'Links made on a UTC day, how many a person followed by now, and how often; click_rate: percent of links followed.';

revoke all on public.daily_link_clicks from public;
grant select on public.daily_link_clicks to herald_runner;
