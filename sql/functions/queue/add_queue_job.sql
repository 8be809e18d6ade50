-- Puts work in the queue. While a job with the same key waits, the same request is the same job; a running one blocks
-- nothing, since it may have read what the request is about before it was made.
create or replace function public.add_queue_job(
  p_user_id uuid,
  p_job_type text,
  p_metadata jsonb,
  p_priority integer default 10,
  p_scheduled_for timestamptz default now(),
  p_dedup_key text default null,
  p_max_attempts integer default 3
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_job_type constant public.queue_type := (herald.parse_job_types(array[p_job_type]))[1];
  v_metadata constant jsonb := coalesce(p_metadata, '{}');
  v_twin public.queue_jobs;
  v_id uuid;
begin
  if jsonb_typeof(v_metadata) <> 'object' then
    raise exception 'p_metadata is not an object but: %', jsonb_typeof(v_metadata)
      using errcode = '22023', hint = 'Pass a JSON object, such as {"event_id": "…"}.';
  end if;
  if p_priority is null or p_priority not between 0 and 100 then
    raise exception 'p_priority is not between 0 and 100: %', coalesce(p_priority::text, 'null')
      using errcode = '22023', hint = 'Lower goes first: urgent 1, high 5, normal 10, low 20.';
  end if;
  if p_max_attempts is null or p_max_attempts < 1 then
    raise exception 'p_max_attempts is not positive: %', coalesce(p_max_attempts::text, 'null')
      using errcode = '22023', hint = 'Give at least 1.';
  end if;
  if not herald.user_exists(p_user_id) then
    perform herald.refuse_unknown('p_user_id', p_user_id::text);
  end if;

  perform herald.require_short_key('p_dedup_key', p_dedup_key);
  if p_dedup_key is not null then
    perform herald.lock_dedup_key(p_dedup_key);
    select *
    into v_twin
    from public.queue_jobs
    where dedup_key = p_dedup_key and status in ('pending', 'retrying');

    if found and (v_twin.user_id, v_twin.job_type, v_twin.metadata) = (p_user_id, v_job_type, v_metadata) then
      return v_twin.id;
    elsif found then
      raise exception 'p_dedup_key % waits already with another request', herald.quote_key(p_dedup_key)
        using errcode = 'SMS03', hint = format('Use another key, or cancel job %s first.', v_twin.id);
    end if;
  end if;

  insert into public.queue_jobs (user_id, job_type, metadata, priority, scheduled_for, dedup_key, max_attempts)
  values (
    p_user_id, v_job_type, v_metadata, p_priority, coalesce(p_scheduled_for, now()), p_dedup_key, p_max_attempts
  )
  returning id into v_id;
  return v_id;
end;
$$;

comment on function public.add_queue_job(uuid, text, jsonb, integer, timestamptz, text, integer) is
$$Puts a job in the queue and returns its id.

p_job_type: one of the enum queue_type; send_sms needs the message_id of a text that waits in p_metadata.
p_priority: lower goes first, 0 to 100; a waiting job gains a minute on each point.
p_scheduled_for: not before this instant; null means now.
p_dedup_key: while a job with this key waits, the same request returns that job.
p_max_attempts: how often it is tried in all.

Errors: 22023 unknown type, priority or metadata, or a key over 255 characters; 23503 unknown user; SMS03 the key waits
with other content.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_job_type": "other",
"p_metadata": {"invoice": 4711}, "p_dedup_key": "invoice-4711"}$$;

revoke execute on function public.add_queue_job(uuid, text, jsonb, integer, timestamptz, text, integer) from public;
grant execute on function public.add_queue_job(uuid, text, jsonb, integer, timestamptz, text, integer) to herald_runner;
