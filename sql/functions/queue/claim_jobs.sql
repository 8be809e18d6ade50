-- Hands each due job to exactly one caller, under a lease.
--
-- Rows that another claim has locked are skipped, never waited for. Each type is walked along its own part of the
-- index, so that a heap of one type costs the others nothing; the bound on due_rank is the largest handicap, and keeps
-- a claim that finds little from walking through the future.
create or replace function herald.claim_jobs(
  p_job_types public.queue_type[],
  p_batch_size integer,
  p_lease interval,
  p_now timestamptz
)
returns setof public.queue_jobs
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with due as materialized (
    select candidate.ctid
    from unnest(p_job_types) as wanted (job_type)
    cross join lateral (
      select job.ctid, job.due_rank, job.id
      from public.queue_jobs as job
      where job.status in ('pending', 'retrying')
        and job.job_type = wanted.job_type
        and job.due_rank <= p_now + interval '20 minutes'
        and job.scheduled_for <= p_now
      -- By the type, too: where row security holds, the planner does not know that it is one, and would sort all.
      order by job.job_type, job.due_rank
      limit p_batch_size
      for no key update skip locked
    ) as candidate
    order by candidate.due_rank, candidate.id
    limit p_batch_size
  )
  select * from herald.lease_jobs(array(select due.ctid from due), p_lease, p_now);
$$;

comment on function herald.claim_jobs(public.queue_type[], integer, interval, timestamptz) is
'Claims due jobs of the given types, most urgent first. Texts go on to admit_sms, notifications to '
'admit_notifications.';

revoke execute on function herald.claim_jobs(public.queue_type[], integer, interval, timestamptz) from public;
grant execute on function herald.claim_jobs(public.queue_type[], integer, interval, timestamptz) to herald_runner;
