-- Gives a text that is being sent, and whose job is gone or has ended, a held one in its place.
create or replace function herald.hold_sms(p_message_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_job_id uuid;
begin
  insert into public.queue_jobs (
    user_id, job_type, scheduled_for, priority, attempts, max_attempts, correlation_id, metadata
  )
  select
    user_id, 'send_sms', coalesce(scheduled_for, now()), herald.job_priority(priority), coalesce(attempt_count, 0),
    coalesce(max_attempts, 3), correlation_id, jsonb_build_object('message_id', id, 'priority', priority)
  from public.sms_messages
  where id = p_message_id and status = 'sending'
  returning id into v_job_id;
  if not found then
    return;
  end if;

  update public.queue_jobs
  set
    status = 'processing',
    processing_token = gen_random_uuid(),
    error_message = 'its job was taken away while it was being sent'
  where id = v_job_id;

  update public.sms_messages set queue_job_id = v_job_id where id = p_message_id;

  update herald.sms_attempts
  set job_id = v_job_id, outcome = coalesce(outcome, 'unknown'), finished_at = coalesce(finished_at, now())
  where id = herald.current_attempt(p_message_id);
end;
$$;

comment on function herald.hold_sms(uuid) is 'Replaces the job of a text that is being sent by a held one.';

revoke execute on function herald.hold_sms(uuid) from public;
grant execute on function herald.hold_sms(uuid) to herald_runner;
