-- Deploy pgherald:0004_queue to pg
-- depends: 0001_foundation 0002_transitions
-- transactional: false

begin;

set local lock_timeout = '5s';

create type public.queue_type as enum (
  'generate_daily_brief',
  'generate_phases',
  'sync_calendar',
  'process_brain_dump',
  'send_email',
  'update_recurring_tasks',
  'cleanup_old_data',
  'onboarding_analysis',
  'send_sms',
  'generate_brief_email',
  'send_notification',
  'other'
);

create type public.queue_status as enum ('pending', 'processing', 'completed', 'failed', 'cancelled', 'retrying');

create table public.queue_jobs (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  job_type public.queue_type not null,
  queue_job_id text not null default gen_random_uuid()::text,
  scheduled_for timestamptz not null default now(),
  priority integer not null default 10,
  status public.queue_status not null default 'pending',
  attempts integer not null default 0,
  max_attempts integer not null default 3,
  started_at timestamptz,
  processed_at timestamptz,
  completed_at timestamptz,
  result jsonb,
  error_message text,
  metadata jsonb default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz default now(),
  dedup_key text,
  correlation_id uuid not null default gen_random_uuid(),
  processing_token uuid,
  lease_expires_at timestamptz,
  -- What the claim orders by: the due time plus a handicap of a minute for each point of priority, up to twenty.
  -- Waiting wears the handicap off, so nothing starves; its bound keeps the claim away from what lies in the future.
  due_rank timestamptz not null generated always as (
    (scheduled_for at time zone 'UTC' + make_interval(mins => least(priority, 20))) at time zone 'UTC'
  ) stored,
  primary key (id),
  unique (queue_job_id),
  constraint queue_jobs_priority_is_in_range check (priority between 0 and 100),
  constraint queue_jobs_attempts_are_counted check (attempts >= 0 and max_attempts > 0),
  constraint queue_jobs_runs_under_a_token check ((status = 'processing') = (processing_token is not null)),
  constraint queue_jobs_lease_is_for_running check (status = 'processing' or lease_expires_at is null),
  foreign key (user_id) references public.users (id) on delete cascade
)
with (
  fillfactor = 75,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);

-- scheduled_for, so that the claim passes over what is promoted and not due yet without a look into the table.
create index queue_jobs_due_idx on public.queue_jobs (job_type, due_rank, scheduled_for)
where status in ('pending', 'retrying');
create index queue_jobs_lease_idx on public.queue_jobs (lease_expires_at)
where status = 'processing' and lease_expires_at is not null;
create index queue_jobs_finished_idx on public.queue_jobs (completed_at)
where completed_at is not null;
create unique index queue_jobs_dedup_key_idx on public.queue_jobs (dedup_key)
where status in ('pending', 'retrying') and dedup_key is not null;
create index queue_jobs_user_id_idx on public.queue_jobs (user_id, job_type);

comment on table public.queue_jobs is
'The queue: what is due now or within minutes, what runs, and what ended lately. Written through the queue functions.';
comment on column public.queue_jobs.priority is 'Lower goes first: urgent 1, high 5, normal 10, low 20. From 0 to 100.';
comment on column public.queue_jobs.attempts is 'Attempts begun, counted by the claim; a deferral gives its one back.';
comment on column public.queue_jobs.started_at is 'First time it ran.';
comment on column public.queue_jobs.processed_at is 'Last time it stopped running.';
comment on column public.queue_jobs.completed_at is 'When it ended: completed, failed for good, or cancelled.';
comment on column public.queue_jobs.dedup_key is
'While a job with this key waits, another request with the key is the same job. A running one blocks nothing.';
comment on column public.queue_jobs.processing_token is
'Whoever claimed the job last holds this; a result without it changes nothing.';
comment on column public.queue_jobs.lease_expires_at is
'Until then the job is its claimer''s. Null on a running job: held, because the provider may have taken the text.';

select herald.close_table('public.queue_jobs');

commit;
