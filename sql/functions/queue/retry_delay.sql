-- How long to wait after so many failures: the list in the settings, with a random share on top, so that two hundred
-- texts that failed in one second do not come back in one second.
create or replace function herald.retry_delay(p_failures integer)
returns interval
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select delay * (1 + retry_jitter * random())
  from herald.settings,
    lateral (
      select retry_delays[least(greatest(p_failures, 0) + 1, cardinality(retry_delays))] as delay
    ) as chosen;
$$;

comment on function herald.retry_delay(integer) is
$$Wait before the attempt that follows p_failures failures: at once for none, then 5, 15, 30 minutes, plus jitter.$$;

revoke execute on function herald.retry_delay(integer) from public;
grant execute on function herald.retry_delay(integer) to herald_runner;
