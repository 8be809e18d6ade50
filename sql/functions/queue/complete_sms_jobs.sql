-- A text is not done because somebody says that its job is: it goes by what the provider says, and without a word from
-- there it is held in doubt, with its job, until there is one. A job that no text waits for just ends.
create or replace function herald.complete_sms_jobs(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_results jsonb
)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_waited_for uuid[];
  v_held jsonb;
begin
  select
    array_agg(job.id),
    jsonb_agg(jsonb_build_object(
      'job_id', job.id, 'processing_token', job.processing_token, 'outcome', 'unknown',
      'error_message', 'the job was completed without a word of the provider'
    ))
  into v_waited_for, v_held
  from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
  cross join lateral (
    select * from public.queue_jobs
    where id = given.id and processing_token = given.processing_token and job_type = 'send_sms'
    offset 0
  ) as job
  cross join lateral (
    select from public.sms_messages where queue_job_id = job.id and status in ('queued', 'sending') offset 0
  ) as message;

  return query
  select settled.processing_token from herald.settle_sms(v_held, now()) as settled;

  return query
  update public.queue_jobs as job
  set status = 'completed', result = nullif(p_results -> (given.place::integer - 1), 'null'), error_message = null
  from unnest(p_job_ids, p_processing_tokens) with ordinality as given (id, processing_token, place)
  -- As arrays, by which no other join is possible than one look for each.
  where job.id = any (array[given.id])
    and job.processing_token = any (array[given.processing_token])
    and job.job_type = 'send_sms'
    and job.id <> all (coalesce(v_waited_for, '{}'))
  returning given.processing_token;
end;
$$;

comment on function herald.complete_sms_jobs(uuid[], uuid[], jsonb) is
'What complete_queue_jobs does with jobs of texts: holds those whose text is not settled, completes the others; gives '
'the tokens under which either was done.';

revoke execute on function herald.complete_sms_jobs(uuid[], uuid[], jsonb) from public;
grant execute on function herald.complete_sms_jobs(uuid[], uuid[], jsonb) to herald_runner;
