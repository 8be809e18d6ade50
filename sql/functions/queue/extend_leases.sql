-- The heartbeat of whoever works on jobs: keeps them as long as they take. Held ones (no lease) stay as they are. A row
-- that somebody else is just changing is not waited for, or one of them would cost all others their leases.
create or replace function public.extend_leases(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_lease interval default '2 minutes',
  p_now timestamptz default now()
)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  p_now := coalesce(p_now, now());
  perform herald.check_claim(1, p_lease);

  return query
  with free as materialized (
    select job.id
    from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
    inner join public.queue_jobs as job
      on job.id = given.id and job.processing_token = given.processing_token
    where job.lease_expires_at is not null
    order by job.id
    for no key update of job skip locked
  ),
  extended as (
    update public.queue_jobs as job
    set lease_expires_at = greatest(job.lease_expires_at, p_now + p_lease)
    from free
    where job.id = free.id
  )
  select free.id from free
  union
  select job.id
  from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
  inner join public.queue_jobs as job
    on job.id = given.id and job.processing_token = given.processing_token
  where job.lease_expires_at is not null;
end;
$$;

comment on function public.extend_leases(uuid[], uuid[], interval, timestamptz) is
$$Extends the leases of claimed jobs and returns the ids of those that are still held under the given tokens.

p_job_ids, p_processing_tokens: belong together one by one.
p_lease: from now on.

Errors: 22023 a lease that makes no sense.

Example: {"p_job_ids": ["30000000-0000-4000-8000-000000000002"],
"p_processing_tokens": ["40000000-0000-4000-8000-000000000002"], "p_lease": "5 minutes"}$$;

revoke execute on function public.extend_leases(uuid[], uuid[], interval, timestamptz) from public;
grant execute on function public.extend_leases(uuid[], uuid[], interval, timestamptz) to herald_runner;
