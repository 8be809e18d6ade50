-- What a monitor asks for every few seconds: only what small tables and partial indexes answer.
create or replace function herald.metrics(p_now timestamptz default now())
returns table (name text, help text, labels jsonb, value double precision)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    'pgherald_jobs', 'Jobs that wait or run.', jsonb_build_object('job_type', job_type, 'status', status),
    count(*)::double precision
  from public.queue_jobs
  where status in ('pending', 'retrying', 'processing')
  group by job_type, status
  union all
  select
    'pgherald_oldest_due_job_seconds', 'How long the oldest job that is due has waited.',
    jsonb_build_object('job_type', job_type), extract(epoch from p_now - min(scheduled_for))
  from public.queue_jobs
  where status in ('pending', 'retrying') and scheduled_for <= p_now
  group by job_type
  union all
  select
    'pgherald_texts_in_doubt', 'Texts of which nothing proves that the provider has them, or has not.', '{}', count(*)
  from public.queue_jobs
  where job_type = 'send_sms' and status = 'processing' and lease_expires_at is null
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
  from herald.settings;
$$;

comment on function herald.metrics(timestamptz) is
'Gauges for a monitor, one row each, those of one name together.';

revoke execute on function herald.metrics(timestamptz) from public;
grant execute on function herald.metrics(timestamptz) to herald_runner;
