-- Gives back what was claimed and not begun, at once and with its attempt: a deploy costs nothing.
create or replace function public.hand_back_jobs(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_now timestamptz default now()
)
returns setof uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_held public.queue_jobs[];
begin
  select array_agg(held)
  into v_held
  from (
    select job.*
    from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
    inner join public.queue_jobs as job
      on job.id = given.id and job.processing_token = given.processing_token
    order by job.id
    for no key update of job
  ) as held;

  perform herald.settle_sms(
    (
      select jsonb_agg(jsonb_build_object(
        'job_id', job.id, 'processing_token', job.processing_token, 'outcome', 'handed_back'
      ))
      from unnest(v_held) as job
      where job.job_type = 'send_sms'
    ),
    p_now
  );

  update public.queue_jobs as job
  set status = 'pending', attempts = greatest(job.attempts - 1, 0)
  from unnest(v_held) as held
  -- Texts are settled by now; a send_sms job whose text is gone is not.
  where job.id = held.id and job.processing_token = held.processing_token;

  return query select job.id from unnest(v_held) as job;
end;
$$;

comment on function public.hand_back_jobs(uuid[], uuid[], timestamptz) is
$$Returns claimed jobs to the queue with their attempts and tells which ones were still held under the given tokens.

Of a text this says that no request has been made for it.$$;

revoke execute on function public.hand_back_jobs(uuid[], uuid[], timestamptz) from public;
grant execute on function public.hand_back_jobs(uuid[], uuid[], timestamptz) to herald_runner;
