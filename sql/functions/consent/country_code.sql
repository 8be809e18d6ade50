-- The country code that an E.164 number begins with. Which lengths there are is the plan of the ITU (E.164, 2016).
create or replace function herald.country_code(p_phone_number text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    substring(p_phone_number, '^\+[17]'),
    substring(p_phone_number, '^\+(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])'),
    left(p_phone_number, 4)
  );
$$;

comment on function herald.country_code(text) is 'The country code with its plus sign, such as +44; null for null.';

revoke execute on function herald.country_code(text) from public;
grant execute on function herald.country_code(text) to herald_runner;
