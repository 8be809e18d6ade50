-- Records that a job is done, for the one who holds it. A text is not done by this: it goes by what the provider says,
-- and without a word from there it is held in doubt, with its job, until there is one.
create or replace function public.complete_queue_job(
  p_job_id uuid,
  p_result jsonb default null,
  p_processing_token uuid default null
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  if p_processing_token is null then
    return false;
  end if;

  perform
  from public.queue_jobs
  where id = p_job_id and processing_token = p_processing_token
  for update;

  if not found then
    perform herald.refuse_stale_lease(p_job_id);
  end if;

  perform herald.lock_text(id) from public.sms_messages where queue_job_id = p_job_id;
  perform public.complete_queue_jobs(array[p_job_id], array[p_processing_token], jsonb_build_array(p_result));
  return true;
end;
$$;

comment on function public.complete_queue_job(uuid, jsonb, uuid) is
$$Records that a claimed job is done. True if it was recorded; false, and nothing changed, without a token.

A send_sms job whose text is still sending is held, not completed: say first what the provider answered, with
record_sms_results or update_sms_status_atomic.

p_result: anything worth keeping with the job.
p_processing_token: as the claim gave it.

Errors: SMS02 the token is not the job's current one.

Example: {"p_job_id": "30000000-0000-4000-8000-000000000002", "p_result": {"pages": 3},
"p_processing_token": "40000000-0000-4000-8000-000000000002"}$$;

revoke execute on function public.complete_queue_job(uuid, jsonb, uuid) from public;
grant execute on function public.complete_queue_job(uuid, jsonb, uuid) to herald_runner;
