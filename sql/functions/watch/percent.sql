-- A share of a hundred, to two places; of nothing it is nothing.
create or replace function herald.percent(p_part bigint, p_whole bigint)
returns numeric
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(round(100.0 * p_part / nullif(p_whole, 0), 2), 0);
$$;

comment on function herald.percent(bigint, bigint) is '0 to 100 with two decimals; 0 where the whole is 0.';

revoke execute on function herald.percent(bigint, bigint) from public;
grant execute on function herald.percent(bigint, bigint) to herald_runner;
