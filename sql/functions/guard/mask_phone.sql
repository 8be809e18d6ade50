-- A number as it may stand in a message or a log: the country's beginning and the last four digits.
create or replace function herald.mask_phone(p_phone_number text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when char_length(p_phone_number) > 7 then left(p_phone_number, 2) || '•••••' || right(p_phone_number, 4)
    else '•••••'
  end;
$$;

comment on function herald.mask_phone(text) is 'The number with its middle hidden; null for null.';

revoke execute on function herald.mask_phone(text) from public;
grant execute on function herald.mask_phone(text) to herald_runner;
