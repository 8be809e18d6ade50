-- Makes codes for short links, of digits and letters, that nobody can guess from others.
--
-- The first and the last six bytes of a random UUID are all random (version and variant stand between them), come from
-- the server's cryptographic source, and are sixteen letters of base64. Throwing away the two of its 64 letters that
-- are neither digit nor letter leaves each of the other 62 as likely as any: rejection, where a remainder would prefer
-- some.
create or replace function herald.short_codes(p_count integer, p_length integer)
returns setof text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Of sixteen letters fourteen are nearly always left; a code that comes out short is made again.
  v_draws constant integer := p_length / 15 + 1;
  v_missing integer := p_count;
  v_made integer;
begin
  if p_length is null or p_length not between 1 and 64 then
    raise exception 'length is not between 1 and 64: %', coalesce(p_length::text, 'null')
      using errcode = case when p_length is null then '22004' else '22023' end, hint = 'Six is usual.';
  end if;

  while v_missing > 0 loop
    return query
    select left(drawn.letters, p_length)
    from (
      select string_agg(
        translate(
          encode(substr(random.bytes, 1, 6) || substr(random.bytes, 11, 6), 'base64'), '+/', ''
        ), ''
      ) as letters
      from (
        select draw / v_draws as code, uuid_send(gen_random_uuid()) as bytes
        from generate_series(0, v_missing * v_draws - 1) as draw
      ) as random
      group by random.code
    ) as drawn
    where char_length(drawn.letters) >= p_length;

    get diagnostics v_made = row_count;
    v_missing := v_missing - v_made;
  end loop;
end;
$$;

comment on function herald.short_codes(integer, integer) is
'So many codes of so many letters of base62 each. Errors: 22023 not of 1 to 64 letters; 22004 null.';

revoke execute on function herald.short_codes(integer, integer) from public;
grant execute on function herald.short_codes(integer, integer) to herald_runner;
