-- Which pairs of delivery and address have a link already.
--
-- Planned for each call: a plan made while there were few links would look through all of them for each pair.
create or replace function herald.known_links(p_delivery_ids uuid[], p_destination_urls text[])
returns table (delivery_id uuid, destination_url text, short_code text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = 'force_custom_plan'
as $$
begin
  return query
  select wanted.delivery_id, wanted.url, link.short_code
  from (
    select distinct given.delivery_id, given.url
    from unnest(p_delivery_ids, p_destination_urls) as given (delivery_id, url)
  ) as wanted
  left join public.notification_tracking_links as link
    on link.delivery_id = wanted.delivery_id and link.destination_url = wanted.url;
end;
$$;

comment on function herald.known_links(uuid[], text[]) is
'Each pair once, with the short code of its link, or null where it has none.';

revoke execute on function herald.known_links(uuid[], text[]) from public;
grant execute on function herald.known_links(uuid[], text[]) to herald_runner;
