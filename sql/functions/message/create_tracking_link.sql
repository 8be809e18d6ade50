-- The short code of an address in a delivery: asked twice, the same one.
create or replace function public.create_tracking_link(p_delivery_id uuid, p_destination_url text)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_delivery_id is null or not exists (select from public.notification_deliveries where id = p_delivery_id) then
    perform herald.refuse_unknown('p_delivery_id', p_delivery_id::text);
  end if;
  if herald.is_web_address(p_destination_url) is not true then
    -- An address may carry a secret, so the error does not repeat it.
    raise exception 'p_destination_url is not an address that a link may lead to (% characters)',
      coalesce(char_length(p_destination_url)::text, 'null')
      using errcode = case when p_destination_url is null then '22004' else '22023' end,
        hint = 'Give an absolute http or https address without white space, of at most 2048 characters.';
  end if;

  return (
    select made.short_code
    from herald.make_links(array[p_delivery_id], array[p_destination_url], now()) as made
  );
end;
$$;

comment on function public.create_tracking_link(uuid, text) is
$$Makes a short link and gives its code; the address of the link is settings.link_base_url, /l/ and the code.

The same delivery and address give the same code.

p_destination_url: http or https.

Errors: 22004 null; 23503 unknown delivery; 22023 not http or https, with white space, or longer than 2,048 characters;
54000 no free code.

Example: {"p_delivery_id": "60000000-0000-4000-8000-000000000001",
"p_destination_url": "https://app.example.com/calendar"}$$;

revoke execute on function public.create_tracking_link(uuid, text) from public;
grant execute on function public.create_tracking_link(uuid, text) to herald_runner;
