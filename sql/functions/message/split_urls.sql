-- Cuts a text into what is an address and what stands before it; put together again, the pieces are the text.
--
-- Quotes and marks at the end belong to the sentence, and so does a closing bracket whose opening one is not in the
-- address: (https://a.b/c). A square bracket without its partner ends an address anywhere, as in Markdown.
create or replace function herald.split_urls(p_text text)
returns table (place bigint, plain text, url text)
language plpgsql
immutable
parallel safe
rows 3
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Never in an address, whatever the language of the database counts as white space; see is_web_address.
  v_never constant text :=
    '\u0001- <>"\\\u007f-\u00a0\u1680\u2000-\u200f\u201c\u201d\u2028-\u202f\u205f-\u2064\u3000\ufeff';
  -- Not at the end of one: also quotes and marks beyond ASCII.
  v_mark constant text :=
    '.,;:!?''`\u00ab\u00bb\u2018-\u201e\u2026\u3001\u3002\u3008-\u3011\uff01\uff0c\uff1a\uff1b\uff1f';
  v_address constant text := replace(replace(
    '(?i)(?<![a-z0-9])https?://(?:[a-z0-9]|[^\u0001-\u007fMARKNEVER]|\[[0-9a-f:.]+\])'
    || '(?:(?:[^\[\]NEVER]|\[[^\[\]NEVER]*\]|\[)*'
    || '(?:[^()\[\]MARKNEVER]|\[[^\[\]NEVER]*\]'
    -- Brackets in brackets in brackets, but no deeper.
    || '|\((?:[^()\[\]NEVER]|\((?:[^()\[\]NEVER]|\([^()\[\]NEVER]*\))*\))*\)))?',
    'NEVER', v_never), 'MARK', v_mark);
begin
  -- Most texts have none.
  if p_text is null or strpos(p_text, '://') = 0 then
    return query select 1::bigint, p_text, null::text where p_text is not null;
    return;
  end if;

  return query
  select part.place, part.plain, part.address[1]
  from rows from (
    regexp_split_to_table(p_text collate "C", v_address), regexp_matches(p_text collate "C", v_address, 'g')
  ) with ordinality as part (plain, address, place);
end;
$$;

comment on function herald.split_urls(text) is
'The pieces of a text in order: plain is what stands before url; url is null in the last one. No row for null.';

revoke execute on function herald.split_urls(text) from public;
grant execute on function herald.split_urls(text) to herald_runner;
