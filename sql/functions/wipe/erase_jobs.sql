-- Takes what callers passed along, and what went wrong, out of jobs that have ended.
create or replace function herald.erase_jobs(p_job_ids uuid[])
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased integer;
begin
  update public.queue_jobs as job
  set
    metadata = kept.metadata,
    result = null,
    error_message = herald.erased_reason(job.error_message),
    dedup_key = null
  from public.queue_jobs as old
  cross join lateral (
    -- Only ids that are ids, whoever wrote them there.
    select jsonb_strip_nulls(jsonb_build_object(
      'message_id', herald.uuid_or_null(old.metadata ->> 'message_id'),
      'event_id', herald.uuid_or_null(old.metadata ->> 'event_id'),
      'delivery_id', herald.uuid_or_null(old.metadata ->> 'delivery_id')
    )) as metadata
  ) as kept
  where old.id = any (p_job_ids)
    and job.id = old.id
    and job.status in ('completed', 'failed', 'cancelled');
  get diagnostics v_erased = row_count;
  return v_erased;
end;
$$;

comment on function herald.erase_jobs(uuid[]) is
'Erases metadata, result, error and key of those of these jobs that have ended; returns how many.';

revoke execute on function herald.erase_jobs(uuid[]) from public;
grant execute on function herald.erase_jobs(uuid[]) to herald_runner;
