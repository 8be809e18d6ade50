-- Codes that no link has. When the short ones are nearly used up, they get longer.
create or replace function herald.free_codes(
  p_count integer,
  p_code_lengths integer[] default '{6, 6, 6, 7, 8, 9, 10, 12}'
)
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_codes text[] := '{}'::text[];
  v_length integer;
begin
  foreach v_length in array p_code_lengths loop
    exit when cardinality(v_codes) >= p_count;
    v_codes := v_codes || array(
      select distinct fresh.code
      from herald.short_codes(p_count - cardinality(v_codes), v_length) as fresh (code)
      where fresh.code <> all (v_codes)
        and not exists (select from public.notification_tracking_links as link where link.short_code = fresh.code)
    );
  end loop;

  if cardinality(v_codes) < p_count then
    raise exception 'no free short code for % of % links', p_count - cardinality(v_codes), p_count
      using errcode = '54000',
        hint = 'Codes of this length are nearly used up: delete links that are out of use, or allow longer codes.';
  end if;
  return v_codes;
end;
$$;

comment on function herald.free_codes(integer, integer[]) is
'So many different codes that are free now. p_code_lengths: of each round; only a test gives them. Errors: 54000.';

revoke execute on function herald.free_codes(integer, integer[]) from public;
grant execute on function herald.free_codes(integer, integer[]) to herald_runner;
