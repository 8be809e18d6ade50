-- Takes back what a runner held and did not speak of any more.
--
-- Other work is tried again after the usual delay, its attempt counted, so that a job that kills its runner ends. A
-- text is different: its runner may have died after the provider said yes. It is held, not sent again; its token stays
-- valid, so that a runner that was only away can still report.
create or replace function herald.expire_leases(
  p_now timestamptz,
  p_job_types public.queue_type[] default null,
  p_silent_since timestamptz default 'infinity',
  p_limit integer default 1000
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_expired public.queue_jobs[];
  v_held integer;
  v_ended integer;
begin
  select array_agg(expired)
  into v_expired
  from (
    select *
    from public.queue_jobs
    where status = 'processing'
      and lease_expires_at <= p_now
      and updated_at <= p_silent_since
      and (p_job_types is null or job_type = any (p_job_types))
    order by lease_expires_at
    limit p_limit
    for no key update skip locked
  ) as expired;

  select count(*)
  into v_held
  from herald.settle_sms(
    (
      select jsonb_agg(jsonb_build_object(
        'job_id', job.id, 'processing_token', job.processing_token, 'outcome', 'unknown',
        'error_message', 'the lease ran out while the text was being sent'
      ))
      from unnest(v_expired) as job
      where job.job_type = 'send_sms'
    ),
    p_now
  );

  update public.queue_jobs as job
  set
    status = case when job.attempts < job.max_attempts then 'retrying' else 'failed' end::public.queue_status,
    scheduled_for = case
      when job.attempts < job.max_attempts then p_now + herald.retry_delay(job.attempts) else job.scheduled_for
    end,
    processed_at = p_now,
    completed_at = case when job.attempts >= job.max_attempts then p_now end,
    error_message = 'the lease ran out: the worker died or hung'
  from unnest(v_expired) as expired
  -- A text that somebody else was just changing is taken up by the next call; a send_sms job whose text is gone ends.
  where job.id = expired.id
    and not exists (select from public.sms_messages as message where message.queue_job_id = job.id);
  get diagnostics v_ended = row_count;

  return v_held + v_ended;
end;
$$;

comment on function herald.expire_leases(timestamptz, public.queue_type[], timestamptz, integer) is
'Ends leases that have run out on jobs (of these types) that have been silent since then; returns how many.';

revoke execute on function herald.expire_leases(timestamptz, public.queue_type[], timestamptz, integer) from public;
grant execute on function herald.expire_leases(timestamptz, public.queue_type[], timestamptz, integer)
to herald_runner;
