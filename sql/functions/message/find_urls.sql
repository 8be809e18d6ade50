-- The addresses in a text, each once, in the order in which they come. What is too long for a link is left out.
create or replace function herald.find_urls(p_text text)
returns setof text
language plpgsql
immutable
parallel safe
rows 3
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select part.url
  from herald.split_urls(p_text) as part
  where herald.is_web_address(part.url)
  group by part.url
  order by min(part.place);
end;
$$;

comment on function herald.find_urls(text) is
'The http and https addresses in a text that can become short links, without the punctuation behind them.';

revoke execute on function herald.find_urls(text) from public;
grant execute on function herald.find_urls(text) to herald_runner;
