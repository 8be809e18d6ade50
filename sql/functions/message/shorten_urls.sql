-- A text with its addresses replaced. Only whole ones are, and all at once: neither does one address replace the
-- beginning of a longer one, nor is a replacement looked at again.
create or replace function herald.shorten_urls(p_text text, p_urls text[], p_short_urls text[])
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_urls is null or p_urls = '{}' then
    return p_text;
  end if;

  return (
    select string_agg(
      part.plain || coalesce(p_short_urls[array_position(p_urls, part.url)], part.url, ''), '' order by part.place
    )
    from herald.split_urls(p_text) as part
  );
end;
$$;

comment on function herald.shorten_urls(text, text[], text[]) is
'The text with each of p_urls, as herald.find_urls gives them, replaced by the entry of p_short_urls in its place.';

revoke execute on function herald.shorten_urls(text, text[], text[]) from public;
grant execute on function herald.shorten_urls(text, text[], text[]) to herald_runner;
