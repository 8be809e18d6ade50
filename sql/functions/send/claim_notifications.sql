-- Hands e-mails and push messages that may go now to a runner that can send them, each under a lease. Only of the
-- channels that are asked for: what nobody can send yet waits for somebody who can, and costs the others nothing.
create or replace function public.claim_notifications(
  p_channels text[],
  p_batch_size integer default 50,
  p_lease interval default '2 minutes',
  p_now timestamptz default now()
)
returns table (
  job_id uuid,
  processing_token uuid,
  lease_expires_at timestamptz,
  delivery_id uuid,
  attempt integer,
  channel text,
  address text,
  event_type text,
  payload jsonb,
  p256dh_key text,
  auth_key text,
  expires_in_seconds integer,
  priority integer,
  correlation_id uuid
)
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
  v_jobs public.queue_jobs[];
  v_admitted uuid[];
begin
  perform herald.check_claim(p_batch_size, p_lease);
  if p_channels is null or exists (select from unnest(p_channels) as one where (one in ('email', 'push')) is not true)
  then
    raise exception 'p_channels are not channels that a runner sends by: %', coalesce(p_channels::text, 'null')
      using errcode = '22023', hint = 'Give email, push, or both.';
  end if;
  if (select kill_switch from herald.settings) then
    return;
  end if;

  with due as materialized (
    select candidate.ctid
    from unnest(p_channels) as wanted (channel)
    cross join lateral (
      select job.ctid, job.due_rank, job.id
      from public.queue_jobs as job
      where job.status in ('pending', 'retrying')
        and job.job_type = 'send_notification'
        and job.metadata ->> 'channel' = wanted.channel
        and job.due_rank <= v_now + interval '20 minutes'
        and job.scheduled_for <= v_now
      order by job.due_rank
      limit p_batch_size
      for no key update skip locked
    ) as candidate
    order by candidate.due_rank, candidate.id
    limit p_batch_size
  )
  select array_agg(job order by job.due_rank, job.id)
  into v_jobs
  from herald.lease_jobs(array(select due.ctid from due), p_lease, v_now) as job;

  select array_agg(admitted)
  into v_admitted
  from herald.admit_notifications(array(select job.id from unnest(v_jobs) as job), v_now) as admitted;

  return query
  select
    job.id, job.processing_token, job.lease_expires_at, delivery.id, job.attempts, delivery.channel,
    delivery.channel_identifier, coalesce(event.event_type, job.metadata ->> 'event_type'), delivery.payload,
    device.p256dh_key, device.auth_key,
    greatest(1, floor(extract(epoch from least(delivery.expires_at, v_now + interval '60 days') - v_now)))::integer,
    job.priority, job.correlation_id
  from unnest(v_jobs) with ordinality as job
  inner join public.notification_deliveries as delivery on delivery.queue_job_id = job.id
  left join public.notification_events as event on event.id = delivery.event_id
  left join public.push_subscriptions as device
    on delivery.channel = 'push' and device.endpoint = delivery.channel_identifier
  where job.id = any (v_admitted)
  order by job.ordinality;
end;
$$;

comment on function public.claim_notifications(text[], integer, interval, timestamptz) is
$$Claims up to p_batch_size e-mails and push messages that may go now, most urgent first.

Each row is one message to send. Then say what came of it with record_notification_results.

p_channels: email, push, or both.
p_lease: how long they are the caller's.
address: an e-mail address, or the endpoint of a push service.
payload: title, body and url.
expires_in_seconds: null if it never does.

Errors: 22023 channels, batch size or lease that make no sense.

Example: {"p_channels": ["email", "push"]}$$;

revoke execute on function public.claim_notifications(text[], integer, interval, timestamptz) from public;
grant execute on function public.claim_notifications(text[], integer, interval, timestamptz) to herald_runner;
