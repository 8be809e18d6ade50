-- Records that an attempt failed: tried again after a while if that was asked and attempts are left, else failed for
-- good. One place counts and one place decides, so nothing is counted twice and no failure ends what may be retried.
create or replace function public.fail_queue_job(
  p_job_id uuid,
  p_error_message text,
  p_retry boolean default true,
  p_processing_token uuid default null,
  p_retry_after interval default null,
  p_now timestamptz default now()
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_job public.queue_jobs;
  v_message_id uuid;
  v_again boolean;
begin
  p_now := coalesce(p_now, now());
  if p_processing_token is null then
    return false;
  end if;
  if p_retry_after < interval '0' or p_retry_after > interval '366 days' then
    raise exception 'p_retry_after is not between 0 and a year: %', p_retry_after
      using errcode = '22023', hint = 'Give the wait until the next attempt, or null for the usual one.';
  end if;

  select *
  into v_job
  from public.queue_jobs
  where id = p_job_id and processing_token = p_processing_token
  for no key update;

  if not found then
    perform herald.refuse_stale_lease(p_job_id);
  end if;

  select id into v_message_id from public.sms_messages where queue_job_id = p_job_id;
  if found then
    perform herald.lock_text(v_message_id);
    perform herald.settle_sms(
      jsonb_build_array(jsonb_build_object(
        'job_id', p_job_id,
        'processing_token', p_processing_token,
        'outcome', case when coalesce(p_retry, true) then 'not_sent' else 'permanent' end,
        'error_message', p_error_message,
        'retry_after_seconds', extract(epoch from p_retry_after)
      )),
      p_now
    );
    return true;
  end if;

  v_again := coalesce(p_retry, true) and v_job.attempts < v_job.max_attempts;
  update public.queue_jobs
  set
    status = case when v_again then 'retrying' else 'failed' end::public.queue_status,
    scheduled_for = case
      when v_again then p_now + coalesce(p_retry_after, herald.retry_delay(attempts)) else scheduled_for
    end,
    processed_at = p_now,
    completed_at = case when not v_again then p_now end,
    error_message = p_error_message
  where id = p_job_id;
  return true;
end;
$$;

comment on function public.fail_queue_job(uuid, text, boolean, uuid, interval, timestamptz) is
$$Records that a claimed job failed. True if it was recorded; false, and nothing changed, without a token.

p_error_message: kept with the job.
p_retry: try again while attempts are left; of a text this also says that the provider has certainly not taken it.
p_processing_token: as the claim gave it.
p_retry_after: wait this long instead of the usual delay.

Errors: SMS02 the token is not the job's current one; 22023 a wait that is negative or over a year.

Example: {"p_job_id": "30000000-0000-4000-8000-000000000002", "p_error_message": "the printer is out of paper",
"p_processing_token": "40000000-0000-4000-8000-000000000002", "p_retry_after": "10 minutes"}$$;

revoke execute on function public.fail_queue_job(uuid, text, boolean, uuid, interval, timestamptz) from public;
grant execute on function public.fail_queue_job(uuid, text, boolean, uuid, interval, timestamptz) to herald_runner;
