-- Holds a key until the transaction ends, so that looking for a waiting job and adding one is a single step.
create or replace function herald.lock_dedup_key(p_dedup_key text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select pg_advisory_xact_lock(hashtextextended('pgherald.dedup_key.' || p_dedup_key, 0));
$$;

comment on function herald.lock_dedup_key(text) is 'Takes the advisory lock of a key for the transaction.';

revoke execute on function herald.lock_dedup_key(text) from public;
grant execute on function herald.lock_dedup_key(text) to herald_runner;
