-- The bounds that every claim shares.
create or replace function herald.check_claim(p_batch_size integer, p_lease interval)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_batch_size is null or p_batch_size not between 1 and 10000 then
    raise exception 'p_batch_size is not between 1 and 10000: %', coalesce(p_batch_size::text, 'null')
      using errcode = '22023', hint = 'A few hundred is a good size.';
  end if;
  if p_lease is null or p_lease < interval '1 second' or p_lease > interval '1 day' then
    raise exception 'p_lease is not between a second and a day: %', coalesce(p_lease::text, 'null')
      using errcode = '22023', hint = 'Give more than an attempt may take, such as 2 minutes, and extend it meanwhile.';
  end if;
end;
$$;

comment on function herald.check_claim(integer, interval) is 'Raises 22023 unless batch size and lease make sense.';

revoke execute on function herald.check_claim(integer, interval) from public;
grant execute on function herald.check_claim(integer, interval) to herald_runner;
