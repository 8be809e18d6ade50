-- What a text of a recipient wants. Twilio's own reading of it has the last word; then keywords, which are the whole
-- text whatever stands between their letters; then whether it asks in a sentence to be left alone, or has a keyword as
-- its first word or as the last of a few; its first line counts like a text, since signatures follow. In doubt it
-- stops: one text too few is mended by START, one too many by nothing.
create or replace function herald.read_reply(p_words text, p_opt_out_type text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    case upper(p_opt_out_type) when 'STOP' then 'stop' when 'START' then 'start' when 'HELP' then 'help' end,
    (
      select meaning
      from herald.reply_words
      where is_whole and words = replace(said.words, ' ', '')
    ),
    (
      select 'stop_in_words'
      from herald.reply_words as phrase
      where not phrase.is_whole and strpos(' ' || said.words || ' ', ' ' || phrase.words || ' ') > 0
      limit 1
    ),
    (
      select 'stop_in_words'
      from herald.reply_words as edge
      cross join unnest(array[said.words, said.first_line]) as part (words)
      where edge.is_at_edge
        and (
          starts_with(part.words || ' ', edge.words || ' ')
          or (
            right(part.words, char_length(edge.words) + 1) = ' ' || edge.words
            and cardinality(string_to_array(part.words, ' ')) <= 5
            -- "Please don't stop", "the bus stop": a person reads it.
            and part.words !~ (
              '(^| )((DO|DOES|DID|CA|WO|COULD|WOULD|SHOULD)NT|NOT|CANNOT|NEVER|NON|A|THE|NEXT|LAST|BUS|TRAIN|TRAM)'
              ' [^ ]+$'
            )
          )
        )
      limit 1
    ),
    case when said.words = '' and strpos(p_words, '🛑') > 0 then 'stop_in_words' end,
    'other'
  )
  from (
    select
      herald.plain_words(p_words) as words,
      herald.plain_words(substring(p_words, '^[^[:alnum:]]*([^\n\r]*)')) as first_line
  ) as said;
$$;

comment on function herald.read_reply(text, text) is
'stop, start, help, stop_in_words or other, by herald.reply_words.';

revoke execute on function herald.read_reply(text, text) from public;
grant execute on function herald.read_reply(text, text) to herald_runner;
