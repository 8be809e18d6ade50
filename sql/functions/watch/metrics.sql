-- What a monitor asks for every few seconds: only what small tables and indexes answer, and of a long queue no more
-- than the first hundred thousand jobs of a type.
create or replace function herald.metrics(p_now timestamptz default now())
returns table (name text, help text, labels jsonb, value double precision)
language sql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
  select
    'pgherald_jobs', 'Jobs that wait or run; of one type 100,000 that wait are counted at most.',
    jsonb_build_object('job_type', job.job_type, 'status', job.status), count(*)::double precision
  from (
    select type.job_type, waiting.status
    from unnest(enum_range(null::public.queue_type)) as type (job_type)
    cross join lateral (
      select queued.status
      from public.queue_jobs as queued
      where queued.status in ('pending', 'retrying') and queued.job_type = type.job_type
      order by queued.job_type, queued.due_rank
      limit 100000
    ) as waiting
    union all
    select job_type, status from public.queue_jobs where status = 'processing' and lease_expires_at is not null
    union all
    select job_type, status from public.queue_jobs where status = 'processing' and lease_expires_at is null
  ) as job
  group by job.job_type, job.status
  union all
  select
    'pgherald_oldest_due_job_seconds', 'How long the oldest job that is due has waited.',
    jsonb_build_object('job_type', due.job_type), extract(epoch from p_now - due.scheduled_for)
  from herald.oldest_due_jobs(p_now) as due
  union all
  select
    'pgherald_jobs_ended_last_hour', 'Jobs that ended within the last hour: goes up and down.',
    jsonb_build_object('job_type', job_type, 'status', status), count(*)
  from public.queue_jobs
  where completed_at > p_now - interval '1 hour' and completed_at <= p_now
  group by job_type, status
  union all
  select
    'pgherald_attempts_last_hour', 'Attempts to send a text that began within the last hour: goes up and down.',
    jsonb_build_object('outcome', coalesce(outcome, 'open')), count(*)
  from herald.sms_attempts
  where started_at > p_now - interval '1 hour' and started_at <= p_now
  group by outcome
  union all
  select billed.name, billed.help, '{}', billed.value
  from (
    select
      coalesce(sum(segments), 0)::double precision as segments, coalesce(sum(cost_usd), 0)::double precision as cost_usd
    from public.daily_sms_deliveries
    where day >= (p_now at time zone 'UTC')::date - 1
  ) as days
  cross join lateral (
    values
    ('pgherald_segments_two_days', 'Segments of texts sent on this UTC day and the one before.', days.segments),
    ('pgherald_cost_usd_two_days', 'What they cost, by herald.settings.price_per_segment.', days.cost_usd)
  ) as billed (name, help, value)
  union all
  select
    'pgherald_texts_in_doubt', 'Texts of which nothing proves that the provider has them, or has not.', '{}', count(*)
  from herald.sms_in_doubt()
  union all
  select
    'pgherald_seconds_since_tick', 'Seconds since tick() ran; absent if it never did.', '{}',
    extract(epoch from p_now - last_ticked_at)
  from herald.ticks
  where isfinite(last_ticked_at)
  union all
  select 'pgherald_senders_paused', 'Senders that rest.', '{}', count(*) from herald.senders where paused_until > p_now
  union all
  select 'pgherald_replies_to_review', 'Texts that came in and that a person should read.', '{}', count(*)
  from herald.inbound_sms
  where needs_review
  union all
  select 'pgherald_kill_switch', '1 while all sending is switched off.', '{}', kill_switch::integer
  from herald.settings
  union all
  select
    'pgherald_runners', 'Processes that have told of themselves and have not stopped: alive, or silent for too long.',
    jsonb_build_object('state', state.name), count(known.runner)
  from (values ('alive'), ('silent')) as state (name)
  inner join herald.health_limits as limits on limits.check_name = 'runners'
  left join herald.runners as known
    on known.stopped_at is null
    and (p_now - known.seen_at < limits.amber_from * interval '1 second') = (state.name = 'alive')
  group by state.name
  union all
  select told.name, told.help, jsonb_build_object('check', told.check_name), told.value
  from (
    select
      kind.name, kind.help, judged.check_name,
      case
        when kind.name = 'pgherald_health' then array_position('{green, amber, red}', judged.status) - 1
        else coalesce((judged.evidence ->> 'has_data')::boolean, true)::integer
      end as value
    from herald.check_health(p_now) as judged
    cross join (
      values
      ('pgherald_health', 'How a check of health() stands: 0 green, 1 amber, 2 red.'),
      ('pgherald_health_has_data', '0 for a check of health() that has nothing to judge by.')
    ) as kind (name, help)
    order by kind.name, judged.place
  ) as told;
$$;

comment on function herald.metrics(timestamptz) is
$$Gauges for a monitor, one row each, those of one name together.

All are of now or of a stretch of time, so none is a counter: each runner counts what it does, at its own /metrics.$$;

revoke execute on function herald.metrics(timestamptz) from public;
grant execute on function herald.metrics(timestamptz) to herald_runner;
