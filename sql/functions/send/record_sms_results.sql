-- The second of the runner's two calls: what came of a batch of requests, told as facts. What they mean is decided
-- here.
create or replace function public.record_sms_results(p_results jsonb, p_now timestamptz default now())
returns table (job_id uuid, recorded boolean, outcome text, message_status text, job_status text)
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  v_results jsonb;
begin
  if jsonb_typeof(p_results) is distinct from 'array' then
    raise exception 'p_results is not an array but: %', coalesce(jsonb_typeof(p_results), 'null')
      using errcode = '22023', hint = 'Pass an array of objects with job_id, processing_token and attempt_id.';
  end if;

  select jsonb_agg(
    result || jsonb_build_object(
      'outcome',
      herald.classify_answer(
        result ->> 'sid',
        (result ->> 'http_status')::integer,
        (result ->> 'error_code')::integer,
        (result ->> 'maybe_accepted')::boolean
      )
    )
  )
  into v_results
  from jsonb_array_elements(p_results) as result;

  return query
  select
    (given.result ->> 'job_id')::uuid, settled.job_id is not null, given.result ->> 'outcome', settled.message_status,
    settled.job_status
  from jsonb_array_elements(v_results) with ordinality as given (result, ordinality)
  left join herald.settle_sms(v_results, p_now) as settled
    on settled.job_id = (given.result ->> 'job_id')::uuid
    and settled.processing_token = (given.result ->> 'processing_token')::uuid
  order by given.ordinality;
end;
$$;

comment on function public.record_sms_results(jsonb, timestamptz) is
$$Records what came of requests to the provider, for whoever holds the jobs; one row for each result.

p_results: an array of {job_id, processing_token, attempt_id, sid, provider_status, segments, http_status, error_code,
error_message, retry_after_seconds, maybe_accepted}. recorded is false, and nothing changed, where the token is null or
not the job's current one. Errors: 22023 not an array.$$;

revoke execute on function public.record_sms_results(jsonb, timestamptz) from public;
grant execute on function public.record_sms_results(jsonb, timestamptz) to herald_runner;
