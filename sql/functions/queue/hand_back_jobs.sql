-- Gives back what was claimed and not begun, at once and with its attempt: a deploy costs nothing. What somebody else
-- is just changing is not waited for, and not among the answers: its lease tells whether it is worth another call.
create or replace function public.hand_back_jobs(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_now timestamptz default now()
)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_held public.queue_jobs[];
  v_texts uuid[];
begin
  p_now := coalesce(p_now, now());
  select array_agg(held)
  into v_held
  from (
    select job.*
    from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
    inner join public.queue_jobs as job
      on job.id = given.id and job.processing_token = given.processing_token
    order by job.id
    for no key update of job skip locked
  ) as held;

  select array_agg(settled.job_id)
  into v_texts
  from herald.settle_sms(
    (
      select jsonb_agg(jsonb_build_object(
        'job_id', job.id, 'processing_token', job.processing_token, 'outcome', 'handed_back'
      ))
      from unnest(v_held) as job
      where job.job_type = 'send_sms'
    ),
    p_now
  ) as settled;
  return query select unnest(v_texts);

  return query
  update public.queue_jobs as job
  set status = 'pending', attempts = greatest(job.attempts - 1, 0)
  from unnest(v_held) as held
  where job.id = held.id
    and job.processing_token = held.processing_token
    and not exists (select from public.sms_messages as message where message.queue_job_id = job.id)
  returning job.id;
end;
$$;

comment on function public.hand_back_jobs(uuid[], uuid[], timestamptz) is
$$Returns claimed jobs to the queue with their attempts and tells which ones those are.

What is not held under the given token, or is just being changed by somebody else, stays as it is. Of a text this says
that no request has been made for it.

p_job_ids, p_processing_tokens: belong together one by one.

Example: {"p_job_ids": ["30000000-0000-4000-8000-000000000002"],
"p_processing_tokens": ["40000000-0000-4000-8000-000000000002"]}$$;

revoke execute on function public.hand_back_jobs(uuid[], uuid[], timestamptz) from public;
grant execute on function public.hand_back_jobs(uuid[], uuid[], timestamptz) to herald_runner;
