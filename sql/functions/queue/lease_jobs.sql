-- Begins an attempt of each of these jobs, under a lease. Counted before anything is done: a job that kills its runner
-- runs out of attempts instead of running for ever. Takes rows by their place, which a lock keeps: the search for them
-- is over by then.
create or replace function herald.lease_jobs(p_rows tid[], p_lease interval, p_now timestamptz)
returns setof public.queue_jobs
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with leased as (
    update public.queue_jobs
    set
      status = 'processing',
      attempts = attempts + 1,
      started_at = coalesce(started_at, p_now),
      processing_token = gen_random_uuid(),
      lease_expires_at = p_now + p_lease,
      updated_at = now(),
      error_message = null
    where ctid = any (p_rows)
    returning *
  )
  select * from leased
  order by due_rank, id;
$$;

comment on function herald.lease_jobs(tid[], interval, timestamptz) is
'Sets jobs, given as places of locked rows, to processing and returns them, most urgent first.';

revoke execute on function herald.lease_jobs(tid[], interval, timestamptz) from public;
grant execute on function herald.lease_jobs(tid[], interval, timestamptz) to herald_runner;
