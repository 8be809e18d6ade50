-- The heartbeat of whoever works on jobs: keeps them as long as they take. Held ones (no lease) stay as they are.
create or replace function public.extend_leases(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_lease interval default '2 minutes',
  p_now timestamptz default now()
)
returns setof uuid
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform herald.check_claim(1, p_lease);

  return query
  with held as materialized (
    select job.id
    from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
    inner join public.queue_jobs as job
      on job.id = given.id and job.processing_token = given.processing_token
    where job.lease_expires_at is not null
    order by job.id
    for no key update of job
  )
  update public.queue_jobs as job
  set lease_expires_at = greatest(job.lease_expires_at, p_now + p_lease)
  from held
  where job.id = held.id
  returning job.id;
end;
$$;

comment on function public.extend_leases(uuid[], uuid[], interval, timestamptz) is
$$Extends the leases of claimed jobs and returns the ids of those that are still held under the given tokens.

p_job_ids and p_processing_tokens belong together one by one. Errors: 22023 a lease that makes no sense.$$;

revoke execute on function public.extend_leases(uuid[], uuid[], interval, timestamptz) from public;
grant execute on function public.extend_leases(uuid[], uuid[], interval, timestamptz) to herald_runner;
