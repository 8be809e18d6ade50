-- Deletes finished jobs, the oldest first, in a bounded batch.
create or replace function herald.prune_jobs(
  p_before timestamptz,
  p_limit integer,
  p_job_types public.queue_type[] default null
)
returns table (deleted_count integer, oldest timestamptz, newest timestamptz)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with chosen as materialized (
    select id
    from public.queue_jobs
    where completed_at < p_before and (p_job_types is null or job_type = any (p_job_types))
    order by completed_at
    limit p_limit
    for update skip locked
  ),
  gone as (
    -- An array and not a join: the plan must not read the whole table for a handful of rows, every second.
    delete from public.queue_jobs
    where id = any (array(select chosen.id from chosen))
    returning completed_at
  )
  select count(*)::integer, min(completed_at), max(completed_at)
  from gone;
$$;

comment on function herald.prune_jobs(timestamptz, integer, public.queue_type[]) is
'Deletes jobs that ended before the given instant; returns how many and when they ended.';

revoke execute on function herald.prune_jobs(timestamptz, integer, public.queue_type[]) from public;
grant execute on function herald.prune_jobs(timestamptz, integer, public.queue_type[]) to herald_runner;
