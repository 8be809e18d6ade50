-- How many links were made, and how many of them were followed.
create or replace function public.get_link_click_stats(p_delivery_id uuid default null, p_days_back integer default 7)
returns table (total_links bigint, total_clicks bigint, unique_clicked_links bigint, click_through_rate numeric)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_days_back is null or p_days_back not between 0 and 36600 then
    raise exception 'p_days_back is not between 0 and 36600: %', coalesce(p_days_back::text, 'null')
      using errcode = case when p_days_back is null then '22004' else '22023' end, hint = 'Seven is usual.';
  end if;

  return query
  select counted.links, counted.clicks, counted.clicked, herald.percent(counted.clicked, counted.links)
  from (
    select
      count(*) as links,
      coalesce(sum(link.click_count), 0)::bigint as clicks,
      count(*) filter (where link.click_count > 0) as clicked
    from public.notification_tracking_links as link
    where (p_delivery_id is null or link.delivery_id = p_delivery_id)
      and link.created_at >= now() - make_interval(days => p_days_back)
  ) as counted;
end;
$$;

comment on function public.get_link_click_stats(uuid, integer) is
$$One row about the links made in the last p_days_back days, of one delivery or of all: zeros where there are none.

Machines are not counted.

p_delivery_id: null means all.
click_through_rate: percent of the links that a person followed at least once.

Errors: 22023 days negative or over a century; 22004 null.

Example: {"p_days_back": 30}$$;

revoke execute on function public.get_link_click_stats(uuid, integer) from public;
grant execute on function public.get_link_click_stats(uuid, integer) to herald_runner;
