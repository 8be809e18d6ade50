-- What has waited longest, by type: of the hundred that a claim would look at first, so a long queue costs no more.
create or replace function herald.oldest_due_jobs(p_now timestamptz)
returns table (job_type public.queue_type, scheduled_for timestamptz)
language sql
stable
rows 12
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set enable_bitmapscan = 'off'
set jit = 'off'
as $$
  select type.job_type, min(candidate.scheduled_for)
  from unnest(enum_range(null::public.queue_type)) as type (job_type)
  cross join lateral (
    select job.scheduled_for
    from public.queue_jobs as job
    where job.status in ('pending', 'retrying')
      and job.job_type = type.job_type
      and job.due_rank <= p_now + interval '20 minutes'
      and job.scheduled_for <= p_now
    -- By the type, too: where row security holds, the planner does not know that it is one, and would sort all.
    order by job.job_type, job.due_rank
    limit 100
  ) as candidate
  group by type.job_type;
$$;

comment on function herald.oldest_due_jobs(timestamptz) is
'For each type of which a job is due: since when the oldest one that a claim would look at has been so.';

revoke execute on function herald.oldest_due_jobs(timestamptz) from public;
grant execute on function herald.oldest_due_jobs(timestamptz) to herald_runner;
