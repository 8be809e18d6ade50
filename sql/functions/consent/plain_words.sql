-- A text without its dress: words in capitals, with one blank between them. No apostrophe parts a word: don't, also
-- with the curly one of telephones. It goes first, since one of its kinds is normalized to a blank.
create or replace function herald.plain_words(p_words text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select btrim(regexp_replace(
    upper(normalize(regexp_replace(coalesce(p_words, ''), '[''’‘`´ʼ′＇]', '', 'g'), nfkc)), '[^[:alnum:]]+', ' ', 'g'
  ));
$$;

comment on function herald.plain_words(text) is
'The words of a text in capitals, without punctuation, with one blank between them; empty if there are none.';

revoke execute on function herald.plain_words(text) from public;
grant execute on function herald.plain_words(text) to herald_runner;
