-- The one way a job is cancelled: what waits, and what runs unless it is a text, which may be with the provider. What
-- the job was to send is cancelled with it, by the triggers that keep both in step.
create or replace function herald.cancel_jobs(p_job_ids uuid[], p_reason text, p_now timestamptz)
returns setof public.queue_jobs
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cancelled public.queue_jobs[];
begin
  with chosen as materialized (
    select id
    from public.queue_jobs
    where id = any (p_job_ids)
      and (status in ('pending', 'retrying') or (status = 'processing' and job_type <> 'send_sms'))
    order by id
    for no key update
  ),
  cancelled as (
    update public.queue_jobs as job
    set status = 'cancelled', completed_at = p_now, error_message = coalesce(p_reason, 'cancelled')
    from chosen
    where job.id = chosen.id
    returning job.*
  )
  select array_agg(cancelled)
  into v_cancelled
  from cancelled;

  return query select * from unnest(v_cancelled);
end;
$$;

comment on function herald.cancel_jobs(uuid[], text, timestamptz) is
'Cancels those of the jobs that can be, with their texts, and returns them.';

revoke execute on function herald.cancel_jobs(uuid[], text, timestamptz) from public;
grant execute on function herald.cancel_jobs(uuid[], text, timestamptz) to herald_runner;
