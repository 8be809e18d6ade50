-- A key as it may stand in a message: applications build keys of what they have at hand, phone numbers included.
create or replace function herald.quote_key(p_key text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select quote_literal(left(regexp_replace(p_key, '[0-9]{7,}', '•••••', 'g'), 60));
$$;

comment on function herald.quote_key(text) is
'The beginning of a key in quotes, with what may be a phone number hidden.';

revoke execute on function herald.quote_key(text) from public;
grant execute on function herald.quote_key(text) to herald_runner;
