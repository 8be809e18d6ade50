-- Short links for pairs of delivery and address: the one there is, or a new one.
--
-- A pair that has no link after a round met a code that was taken, and tries again with another; when that goes on, the
-- codes get longer.
create or replace function herald.make_links(
  p_delivery_ids uuid[],
  p_destination_urls text[],
  p_now timestamptz,
  p_code_lengths integer[] default '{6, 6, 6, 7, 8, 9, 10, 12}'
)
returns table (delivery_id uuid, destination_url text, short_code text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Whatever the caller has set: planned anew, the check of each row's reference would take longer than its insert.
set plan_cache_mode = 'auto'
as $$
declare
  v_expires_at constant timestamptz := p_now + (select link_lifetime from herald.settings);
  v_delivery_ids uuid[];
  v_urls text[];
  v_length integer;
begin
  if cardinality(p_delivery_ids) <> cardinality(p_destination_urls)
    or array_position(p_delivery_ids, null) is not null
    or exists (
      select from (select distinct url from unnest(p_destination_urls) as url) as given
      where herald.is_web_address(given.url) is not true
    )
  then
    raise exception 'p_delivery_ids and p_destination_urls are not pairs of a delivery and an http or https address'
      using errcode = '22023', hint = 'Give arrays of one length, without nulls, and absolute addresses.';
  end if;

  -- In one order, so that two who make the same links wait for each other in the same order.
  select
    array_agg(known.delivery_id order by known.delivery_id, known.destination_url),
    array_agg(known.destination_url order by known.delivery_id, known.destination_url)
  into v_delivery_ids, v_urls
  from herald.known_links(p_delivery_ids, p_destination_urls) as known
  where known.short_code is null;

  foreach v_length in array p_code_lengths loop
    exit when v_urls is null;

    insert into public.notification_tracking_links (delivery_id, destination_url, short_code, created_at, expires_at)
    select fresh.delivery_id, fresh.url, fresh.code, p_now, v_expires_at
    from unnest(
      v_delivery_ids, v_urls, array(select herald.short_codes(cardinality(v_urls), v_length))
    ) as fresh (delivery_id, url, code)
    on conflict do nothing;

    select
      array_agg(known.delivery_id order by known.delivery_id, known.destination_url),
      array_agg(known.destination_url order by known.delivery_id, known.destination_url)
    into v_delivery_ids, v_urls
    from herald.known_links(v_delivery_ids, v_urls) as known
    where known.short_code is null;
  end loop;

  if v_urls is not null then
    raise exception 'no free short code for % of % links', cardinality(v_urls), cardinality(p_destination_urls)
      using errcode = '54000',
        hint = 'Codes of this length are nearly used up: delete links that are out of use, or allow longer codes.';
  end if;

  return query
  select known.delivery_id, known.destination_url, known.short_code
  from herald.known_links(p_delivery_ids, p_destination_urls) as known;
end;
$$;

comment on function herald.make_links(uuid[], text[], timestamptz, integer[]) is
$$The short code of each pair of delivery and address, made where there is none.

p_code_lengths: how long the codes of each round are; nobody but a test has a reason to give them. Errors: 22023 not
pairs, or not addresses; 23503 unknown delivery; 54000 no free code found.$$;

revoke execute on function herald.make_links(uuid[], text[], timestamptz, integer[]) from public;
grant execute on function herald.make_links(uuid[], text[], timestamptz, integer[]) to herald_runner;
