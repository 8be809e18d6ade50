-- The second of the runner's two calls: what came of a batch of requests, told as facts. What they mean is decided
-- here. One result that makes no sense costs the others nothing: what cannot be read proves nothing.
create or replace function public.record_sms_results(p_results jsonb, p_now timestamptz default now())
returns table (job_id uuid, recorded boolean, outcome text, message_status text, job_status text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- For locks that are not looked at beforehand; the runner then tries the results one by one.
set lock_timeout = '2s'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  -- As uuid_or_null and integer_or_null have them: a call for each of ten fields of each result would take as long as
  -- all the rest that is done here.
  v_uuid constant text := '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
  v_integer constant text := '^-?[0-9]{1,9}$';
  v_results jsonb;
begin
  p_now := coalesce(p_now, now());
  if jsonb_typeof(p_results) is distinct from 'array' then
    raise exception 'p_results is not an array but: %', coalesce(jsonb_typeof(p_results), 'null')
      using errcode = '22023', hint = 'Pass an array of objects with job_id, processing_token and attempt_id.';
  end if;

  select jsonb_agg(
    jsonb_build_object(
      'job_id', told.job_id,
      'processing_token', told.processing_token,
      'attempt_id', told.attempt_id,
      'outcome',
      case
        when told.sid_is_taken then 'unknown'
        else herald.classify_answer(
          told.sid, told.http_status, told.error_code,
          told.maybe_accepted is distinct from false
          -- A status there was, if not one that can be read.
          or (told.result ->> 'http_status' is not null and told.http_status is null)
        )
      end,
      'sid', case when not told.sid_is_taken then told.sid end,
      'provider_status', told.result ->> 'provider_status',
      'segments', told.segments,
      'http_status', told.http_status,
      'error_code', told.error_code,
      'error_message', case
        when told.sid_is_taken then 'the answer has a SID that is another text''s, or is none'
        else told.result ->> 'error_message'
      end,
      'retry_after_seconds', told.retry_after_seconds
    )
    order by told.ordinality
  )
  into v_results
  from (
    select
      given.*,
      given.sid is not null and (
        char_length(given.sid) > 64
        or jsonb_typeof(given.result -> 'sid') in ('object', 'array', 'boolean')
        or first_value(given.job_id) over (partition by given.sid order by given.ordinality) is distinct from given.job_id
        or exists (
          select
          from public.sms_messages as other
          where other.twilio_sid = given.sid and other.queue_job_id is distinct from given.job_id
        )
      ) as sid_is_taken
    from (
      select
        each.ordinality,
        each.result,
        case when each.result ->> 'job_id' ~* v_uuid then (each.result ->> 'job_id')::uuid end as job_id,
        case when each.result ->> 'processing_token' ~* v_uuid then (each.result ->> 'processing_token')::uuid end
          as processing_token,
        case when each.result ->> 'attempt_id' ~* v_uuid then (each.result ->> 'attempt_id')::uuid end as attempt_id,
        nullif(btrim(each.result ->> 'sid'), '') as sid,
        case when each.result ->> 'segments' ~ v_integer then (each.result ->> 'segments')::integer end as segments,
        case when each.result ->> 'http_status' ~ v_integer then (each.result ->> 'http_status')::integer end
          as http_status,
        case when each.result ->> 'error_code' ~ v_integer then (each.result ->> 'error_code')::integer end
          as error_code,
        case lower(each.result ->> 'maybe_accepted') when 'true' then true when 'false' then false end
          as maybe_accepted,
        case
          when jsonb_typeof(each.result -> 'retry_after_seconds') = 'number'
            then least(greatest((each.result ->> 'retry_after_seconds')::numeric, 0), 86400)
        end as retry_after_seconds
      from jsonb_array_elements(p_results) with ordinality as each (result, ordinality)
      -- Read once: without the offset they would be at each place that they are used.
      offset 0
    ) as given
  ) as told;

  return query
  select
    given.job_id,
    case
      when settled.job_id is not null then true
      -- Still the job's current token: somebody else holds the rows.
      when (
        select true
        from public.queue_jobs as job
        where job.id = given.job_id
          and job.processing_token = given.processing_token
          and (select true from public.sms_messages as message where message.queue_job_id = job.id)
      ) then null
      else false
    end,
    given.outcome, settled.message_status, settled.job_status
  from rows from (
    jsonb_to_recordset(v_results) as (job_id uuid, processing_token uuid, outcome text)
  ) with ordinality as given
  left join herald.settle_sms(v_results, p_now) as settled
    on settled.job_id = given.job_id and settled.processing_token = given.processing_token
  order by given.ordinality;
end;
$$;

comment on function public.record_sms_results(jsonb, timestamptz) is
$$Records what came of requests to the provider, for whoever holds the jobs; one row for each result.

p_results: an array of {job_id, processing_token, attempt_id, sid, provider_status, segments, http_status, error_code,
  error_message, retry_after_seconds, maybe_accepted}.
recorded: false, and nothing changed, where the token is null or not the job's current one; null, and nothing changed
  yet, where somebody else's transaction holds the text: tell this result again a little later.

Errors: 22023 not an array.

Example: {"p_results": [{"job_id": "30000000-0000-4000-8000-000000000005",
"processing_token": "40000000-0000-4000-8000-000000000005", "attempt_id": "70000000-0000-4000-8000-000000000005",
"sid": "SM5555", "provider_status": "queued", "segments": 1}]}$$;

revoke execute on function public.record_sms_results(jsonb, timestamptz) from public;
grant execute on function public.record_sms_results(jsonb, timestamptz) to herald_runner;
