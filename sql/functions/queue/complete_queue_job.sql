-- Records that a job is done, for the one who holds it. The text of a send_sms job is not done by this: it goes by what
-- the provider says, and without a word from there it stays in doubt.
create or replace function public.complete_queue_job(
  p_job_id uuid,
  p_result jsonb default null,
  p_processing_token uuid default null
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if p_processing_token is null then
    return false;
  end if;

  update public.queue_jobs
  set status = 'completed', result = p_result, error_message = null
  where id = p_job_id and processing_token = p_processing_token;

  if not found then
    perform herald.refuse_stale_lease(p_job_id);
  end if;

  update herald.sms_attempts
  set outcome = 'unknown'
  where message_id = (select id from public.sms_messages where queue_job_id = p_job_id)
    and job_id = p_job_id
    and outcome is null;
  return true;
end;
$$;

comment on function public.complete_queue_job(uuid, jsonb, uuid) is
$$Records that a claimed job is done. True if it was recorded; false, and nothing changed, without a token.

p_result: anything worth keeping with the job. Errors: SMS02 the token is not the job's current one.$$;

revoke execute on function public.complete_queue_job(uuid, jsonb, uuid) from public;
grant execute on function public.complete_queue_job(uuid, jsonb, uuid) to herald_runner;
