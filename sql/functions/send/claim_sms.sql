-- The first of the runner's two calls: a batch of texts that may go now, each under a lease and with its attempt on
-- record. Pace and pauses belong to the sender, so that ten runners are no faster than one.
create or replace function public.claim_sms(
  p_sender text,
  p_batch_size integer default 50,
  p_lease interval default '2 minutes',
  p_runner text default null,
  p_now timestamptz default now()
)
returns table (
  job_id uuid,
  processing_token uuid,
  lease_expires_at timestamptz,
  attempt_id uuid,
  message_id uuid,
  attempt integer,
  phone_number text,
  message_content text,
  validity_seconds integer,
  correlation_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each batch costs more than a text. That may be while tables are empty.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_sender herald.senders;
  v_slot timestamptz;
  v_size integer := p_batch_size;
  v_attempts herald.sms_attempts[];
begin
  p_now := coalesce(p_now, now());
  perform herald.check_claim(p_batch_size, p_lease);
  if (select kill_switch from herald.settings) then
    return;
  end if;

  select * into v_sender from herald.senders where sender = p_sender;
  if v_sender.paused_until > p_now then
    return;
  end if;

  if v_sender.rate_per_second is not null then
    select * into v_sender from herald.senders where sender = p_sender for no key update;
    -- What was left unused is saved for a second at most (or for one text, if the pace is slower than that).
    v_slot := greatest(
      v_sender.next_slot_at, p_now - make_interval(secs => greatest(1, 1 / v_sender.rate_per_second)::float8)
    );
    v_size := least(
      p_batch_size, floor(extract(epoch from p_now - v_slot) * v_sender.rate_per_second + 0.000001)::integer
    );
    if v_size < 1 then
      return;
    end if;
  end if;

  select array_agg(admitted)
  into v_attempts
  from herald.admit_sms(
    array(select job.id from herald.claim_jobs('{send_sms}', v_size, p_lease, p_now) as job), p_sender, p_runner, p_now
  ) as admitted;

  if v_sender.rate_per_second is not null and v_attempts is not null then
    update herald.senders
    set next_slot_at = v_slot + make_interval(secs => (cardinality(v_attempts) / rate_per_second)::float8)
    where sender = p_sender;
  end if;

  return query
  select
    job.id, job.processing_token, job.lease_expires_at, attempt.id, message.id, attempt.attempt, message.phone_number,
    message.message_content,
    -- Twilio takes 1 to 36,000 seconds: what is late there must not arrive in quiet hours, nor when it is
    -- worth nothing any more.
    case
      when attempt.valid_until is not null
        then greatest(1, least(36000, floor(extract(epoch from attempt.valid_until - p_now))))::integer
    end,
    message.correlation_id
  from unnest(v_attempts) as attempt
  -- By their keys, and not all of them read where the plan was made while they were few.
  cross join lateral (select * from public.queue_jobs as held where held.id = attempt.job_id offset 0) as job
  cross join lateral (select * from public.sms_messages as text where text.id = attempt.message_id offset 0) as message
  order by job.due_rank, job.id;
end;
$$;

comment on function public.claim_sms(text, integer, interval, text, timestamptz) is
$$Claims up to p_batch_size texts that may go now from p_sender, most urgent first.

Each row is one request to make, once. Then say what came of it with record_sms_results.

p_sender: the number, or the messaging service, that they will be sent from.
p_runner: a name for the attempt's record.
attempt_id: goes into the callback address.
validity_seconds: for the provider; null means no limit.

Errors: 22023 a batch size or lease that makes no sense.

Example: {"p_sender": "+15005550006", "p_batch_size": 20, "p_runner": "runner-2"}$$;

revoke execute on function public.claim_sms(text, integer, interval, text, timestamptz) from public;
grant execute on function public.claim_sms(text, integer, interval, text, timestamptz) to herald_runner;
