-- Begins an attempt of each of these jobs, under a lease. Counted before anything is done: a job that kills its runner
-- runs out of attempts instead of running for ever.
create or replace function herald.lease_jobs(p_job_ids uuid[], p_lease interval, p_now timestamptz)
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
      error_message = null
    where id = any (p_job_ids)
    returning *
  )
  select * from leased
  order by due_rank, id;
$$;

comment on function herald.lease_jobs(uuid[], interval, timestamptz) is
'Sets locked jobs to processing and returns them, most urgent first.';

revoke execute on function herald.lease_jobs(uuid[], interval, timestamptz) from public;
grant execute on function herald.lease_jobs(uuid[], interval, timestamptz) to herald_runner;
