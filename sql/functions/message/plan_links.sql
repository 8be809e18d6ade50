-- A text with its addresses as short links, whose codes are free; the links are kept once the text is there. Where
-- that would make it too long to be sent, or there is no address or no place for links, it stays as it is.
create or replace function herald.plan_links(p_text text)
returns table (words text, urls text[], codes text[])
language plpgsql
volatile
rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  v_base constant text := (select link_base_url || '/l/' from herald.settings);
  v_urls text[];
  v_codes text[];
  v_words text;
begin
  if v_base is not null and strpos(p_text, '://') > 0 then
    v_urls := array(
      -- What is a short link already stays the one it is.
      select found.url from herald.find_urls(p_text) as found (url) where not starts_with(found.url, v_base)
    );
    v_codes := herald.free_codes(cardinality(v_urls));
    v_words := herald.shorten_urls(p_text, v_urls, array(select v_base || code from unnest(v_codes) as code));
    if cardinality(v_urls) > 0 and char_length(v_words) <= 1600 then
      return query select v_words, v_urls, v_codes;
      return;
    end if;
  end if;
  return query select p_text, null::text[], null::text[];
end;
$$;

comment on function herald.plan_links(text) is
'The text as it will be sent, and the addresses and codes of its short links, or nulls. Always one row.';

revoke execute on function herald.plan_links(text) from public;
grant execute on function herald.plan_links(text) to herald_runner;
