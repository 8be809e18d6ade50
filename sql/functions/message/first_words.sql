-- The first of these that says something.
create or replace function herald.first_words(variadic p_texts text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select btrim(said.words, E' \t\r\n')
  from unnest(p_texts) with ordinality as said (words, ordinality)
  where not herald.is_blank(coalesce(said.words, ''))
  order by said.ordinality
  limit 1;
$$;

comment on function herald.first_words(text[]) is
'The first text that is not blank, without blanks around it; or null.';

revoke execute on function herald.first_words(text[]) from public;
grant execute on function herald.first_words(text[]) to herald_runner;
