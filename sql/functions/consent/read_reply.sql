-- What a text of a recipient wants. Twilio's own reading of it has the last word; then keywords, which are the whole
-- text whatever stands between their letters; then whether it asks in a sentence to be left alone. In doubt it stops:
-- one text too few is mended by START, one too many by nothing.
create or replace function herald.read_reply(p_words text, p_opt_out_type text)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    case upper(p_opt_out_type) when 'STOP' then 'stop' when 'START' then 'start' when 'HELP' then 'help' end,
    (
      select meaning
      from herald.reply_words
      where is_whole and words = regexp_replace(said.words, '[^[:alnum:]]+', '', 'g')
    ),
    (
      select 'stop_in_words'
      from herald.reply_words as phrase
      where not phrase.is_whole
        and strpos(
          -- No apostrophe parts a word: don't, also with the curly one of telephones.
          ' ' || regexp_replace(regexp_replace(said.words, '[''’‘`]', '', 'g'), '[^[:alnum:]]+', ' ', 'g') || ' ',
          ' ' || phrase.words || ' '
        ) > 0
      limit 1
    ),
    'other'
  )
  from (select upper(normalize(coalesce(p_words, ''), nfkc)) as words) as said;
$$;

comment on function herald.read_reply(text, text) is
'stop, start, help, stop_in_words or other, by herald.reply_words.';

revoke execute on function herald.read_reply(text, text) from public;
grant execute on function herald.read_reply(text, text) to herald_runner;
