-- How long a text will be once its addresses are short links: measured before the links are made.
create or replace function herald.shortened_length(p_text text)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when setting.link_base_url is null or p_text !~* 'https?://' then char_length(p_text)
    else char_length(herald.shorten_urls(
      p_text, found.urls,
      array_fill(setting.link_base_url || '/l/' || repeat('x', 6), array[cardinality(found.urls)])
    ))
  end
  from herald.settings as setting
  cross join lateral (select array(select herald.find_urls(p_text)) as urls) as found;
$$;

comment on function herald.shortened_length(text) is 'Characters of the text with its addresses as short links.';

revoke execute on function herald.shortened_length(text) from public;
grant execute on function herald.shortened_length(text) to herald_runner;
