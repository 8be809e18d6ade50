-- Keeps the queue small: what has ended long ago goes, whatever its end was. The texts stay, without their job.
create or replace function public.delete_old_completed_queue_jobs(
  p_retention_days integer default 30,
  p_batch_size integer default 500,
  p_job_types text[] default null
)
returns table (
  deleted_count integer,
  oldest_deleted_completed_at timestamptz,
  newest_deleted_completed_at timestamptz
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_retention_days is null or p_retention_days < 0 then
    raise exception 'p_retention_days is negative or null: %', coalesce(p_retention_days::text, 'null')
      using errcode = '22023', hint = 'Give the number of days that finished jobs are kept.';
  end if;
  perform herald.check_claim(p_batch_size, interval '1 minute');

  return query
  select gone.deleted_count, gone.oldest, gone.newest
  from herald.prune_jobs(
    now() - make_interval(days => p_retention_days), p_batch_size,
    case when p_job_types is not null then herald.parse_job_types(p_job_types) end
  ) as gone;
end;
$$;

comment on function public.delete_old_completed_queue_jobs(integer, integer, text[]) is
$$Deletes up to p_batch_size jobs that ended more than p_retention_days ago: completed, failed or cancelled.

tick() does this by the setting job_retention; call it for more.

p_job_types: null means all.

Errors: 22023 days, batch size or type.

Example: {"p_retention_days": 14, "p_batch_size": 1000}$$;

revoke execute on function public.delete_old_completed_queue_jobs(integer, integer, text[]) from public;
grant execute on function public.delete_old_completed_queue_jobs(integer, integer, text[]) to herald_runner;
