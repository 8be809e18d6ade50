-- Whether a person should read what a recipient wrote: it stopped texts and was no plain keyword, or it has a word of
-- those who want no more, and nothing was done about it.
create or replace function herald.reply_needs_review(p_words text, p_meaning text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select p_meaning = 'stop_in_words'
    or (
      p_meaning = 'other'
      and (
        strpos(coalesce(p_words, ''), '🛑') > 0
        or exists (
          select
          from string_to_array(herald.plain_words(p_words), ' ') as said (words)
          where 'SPAM' = any (said.words)
            or said.words && array(select edge.words from herald.reply_words as edge where edge.is_at_edge)
        )
      )
    );
$$;

comment on function herald.reply_needs_review(text, text) is
'Whether a person should read a text that read_reply took for p_meaning.';

revoke execute on function herald.reply_needs_review(text, text) from public;
grant execute on function herald.reply_needs_review(text, text) to herald_runner;
