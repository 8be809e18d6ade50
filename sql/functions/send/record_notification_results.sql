-- What came of a batch of e-mails and push messages, told as facts, for whoever holds the jobs. The jobs are written
-- here; their deliveries follow.
--
-- sent       job completed            delivery sent
-- later      job retrying, or failed  delivery pending, or failed
-- config     job pending              delivery pending; the attempt is given back, since it is we who err
-- gone       job failed               delivery failed; the push subscription is switched off
-- bounced    job failed               delivery bounced
-- permanent  job failed               delivery failed
create or replace function public.record_notification_results(p_results jsonb, p_now timestamptz default now())
returns table (job_id uuid, recorded boolean, outcome text, delivery_status text, job_status text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_given jsonb;
  v_held public.queue_jobs[];
  v_free uuid[];
  v_results jsonb;
begin
  if jsonb_typeof(p_results) is distinct from 'array' then
    raise exception 'p_results is not an array but: %', coalesce(jsonb_typeof(p_results), 'null')
      using errcode = '22023', hint = 'Pass an array of objects with job_id, processing_token and delivered.';
  end if;

  -- Only what can be read counts: a field that cannot proves nothing, and spoils nobody else's result.
  select jsonb_agg(
    jsonb_build_object(
      'job_id', herald.uuid_or_null(answer ->> 'job_id'),
      'processing_token', herald.uuid_or_null(answer ->> 'processing_token'),
      'delivered', coalesce(answer ->> 'delivered' = 'true', false),
      'code', herald.integer_or_null(answer ->> 'code'),
      'about_recipient', coalesce(answer ->> 'about_recipient' = 'true', false),
      'external_id', left(answer ->> 'external_id', 1000),
      'error_message', left(answer ->> 'error_message', 1000),
      'retry_after_seconds', case
        when jsonb_typeof(answer -> 'retry_after_seconds') = 'number'
          then greatest(0, least((answer -> 'retry_after_seconds')::numeric, 86400))
      end
    )
    order by ordinality
  )
  into v_given
  from jsonb_array_elements(p_results) with ordinality as given (answer, ordinality);

  select array_agg(held)
  into v_held
  from (
    select *
    from public.queue_jobs as job
    where job.job_type = 'send_notification'
      and (job.id, job.processing_token) in (
        select (answer ->> 'job_id')::uuid, (answer ->> 'processing_token')::uuid
        from jsonb_array_elements(v_given) as answer
      )
    order by job.id
    for no key update of job skip locked
  ) as held;

  -- Whoever holds a delivery for long holds up its own result, and nobody else's.
  select array_agg(free.queue_job_id)
  into v_free
  from (
    select delivery.queue_job_id
    from public.notification_deliveries as delivery
    where delivery.queue_job_id in (select job.id from unnest(v_held) as job)
    order by delivery.queue_job_id
    for no key update skip locked
  ) as free;

  select array_agg(job)
  into v_held
  from unnest(v_held) as job
  where job.id = any (v_free)
    or not exists (select from public.notification_deliveries as delivery where delivery.queue_job_id = job.id);

  select jsonb_agg(
    first_one.answer || jsonb_build_object(
      'outcome',
      herald.classify_delivery_answer(
        coalesce(delivery.channel, job.metadata ->> 'channel'),
        (first_one.answer ->> 'delivered')::boolean,
        (first_one.answer ->> 'code')::integer,
        (first_one.answer ->> 'about_recipient')::boolean
      )
    )
  )
  into v_results
  from unnest(v_held) as job
  -- Of two results for one job the first one counts.
  cross join lateral (
    select given.answer
    from jsonb_array_elements(v_given) with ordinality as given (answer, ordinality)
    where given.answer ->> 'job_id' = job.id::text and given.answer ->> 'processing_token' = job.processing_token::text
    order by given.ordinality
    limit 1
  ) as first_one
  left join public.notification_deliveries as delivery on delivery.queue_job_id = job.id;

  -- What the job's own course does not tell; the rest follows from it.
  update public.notification_deliveries as delivery
  set
    status = case
      when answer ->> 'outcome' = 'bounced' and delivery.status in ('pending', 'sent') then 'bounced'
      else delivery.status
    end,
    bounced_at = case when answer ->> 'outcome' = 'bounced' then coalesce(delivery.bounced_at, v_now) end,
    external_id = coalesce(answer ->> 'external_id', delivery.external_id)
  from jsonb_array_elements(v_results) as answer
  where delivery.queue_job_id = (answer ->> 'job_id')::uuid and answer ->> 'outcome' in ('sent', 'bounced');

  update public.push_subscriptions as device
  set
    is_active = device.is_active and answer ->> 'outcome' <> 'gone',
    last_used_at = case when answer ->> 'outcome' = 'sent' then v_now else device.last_used_at end
  from jsonb_array_elements(v_results) as answer
  inner join public.notification_deliveries as delivery
    on delivery.queue_job_id = (answer ->> 'job_id')::uuid and delivery.channel = 'push'
  where device.endpoint = delivery.channel_identifier and answer ->> 'outcome' in ('sent', 'gone');

  with planned as materialized (
    select
      job.id,
      answer ->> 'outcome' as outcome,
      answer ->> 'error_message' as error_message,
      answer ->> 'external_id' as external_id,
      case
        when answer ->> 'outcome' = 'sent' then 'completed'
        when answer ->> 'outcome' = 'config' then 'pending'
        when answer ->> 'outcome' = 'later' and job.attempts < job.max_attempts then 'retrying'
        else 'failed'
      end::public.queue_status as status,
      case
        when answer ->> 'outcome' = 'config' then v_now + setting.sender_pause
        when answer ->> 'outcome' = 'later' then v_now + coalesce(
          -- A random share on top here as well, or all that one 429 stopped would come back together.
          (1 + setting.retry_jitter * random()) * make_interval(secs => (answer ->> 'retry_after_seconds')::float8),
          herald.retry_delay(job.attempts)
        )
      end as again_at
    from unnest(v_held) as job
    inner join jsonb_array_elements(v_results) as answer on (answer ->> 'job_id')::uuid = job.id
    cross join herald.settings as setting
  )
  update public.queue_jobs as job
  set
    status = planned.status,
    attempts = case when planned.outcome = 'config' then job.attempts - 1 else job.attempts end,
    scheduled_for = case
      when planned.status in ('pending', 'retrying') then planned.again_at else job.scheduled_for
    end,
    processed_at = v_now,
    completed_at = case when planned.status in ('completed', 'failed') then v_now end,
    error_message = case
      when planned.outcome <> 'sent' then planned.outcome || coalesce(': ' || planned.error_message, '')
    end,
    result = case
      when planned.external_id is not null then jsonb_build_object('external_id', planned.external_id) else job.result
    end
  from planned
  where job.id = planned.id;

  return query
  select
    (given.answer ->> 'job_id')::uuid,
    case
      when held.id is not null then true
      -- It is theirs, and somebody holds its rows: not now.
      when exists (
        select
        from public.queue_jobs as busy
        where busy.id = (given.answer ->> 'job_id')::uuid
          and busy.processing_token = (given.answer ->> 'processing_token')::uuid
      ) then null
      else false
    end,
    told.answer ->> 'outcome', delivery.status, job.status::text
  from jsonb_array_elements(v_given) with ordinality as given (answer, ordinality)
  left join unnest(v_held) as held
    on held.id = (given.answer ->> 'job_id')::uuid
    and held.processing_token = (given.answer ->> 'processing_token')::uuid
  left join public.queue_jobs as job on job.id = held.id
  left join jsonb_array_elements(v_results) as told (answer) on (told.answer ->> 'job_id')::uuid = held.id
  left join public.notification_deliveries as delivery on delivery.queue_job_id = held.id
  order by given.ordinality;
end;
$$;

comment on function public.record_notification_results(jsonb, timestamptz) is
$$Records what came of e-mails and push messages, for whoever holds the jobs; one row for each result.

p_results: an array of {job_id, processing_token, delivered, code, about_recipient, external_id, error_message,
  retry_after_seconds}; code is the HTTP status of the push service or the reply code of the mail server,
  about_recipient
  says that the reply refuses the recipient.
recorded: false, and nothing changed, where the token is null or not the job's current one; null where somebody else
  holds its rows: tell it again a little later.
outcome: sent, later, config, gone, bounced or permanent.

Errors: 22023 not an array.

Example: {"p_results": [{"job_id": "30000000-0000-4000-8000-000000000006",
"processing_token": "40000000-0000-4000-8000-000000000006", "delivered": true, "external_id": "4711@example.com"}]}$$;

revoke execute on function public.record_notification_results(jsonb, timestamptz) from public;
grant execute on function public.record_notification_results(jsonb, timestamptz) to herald_runner;
