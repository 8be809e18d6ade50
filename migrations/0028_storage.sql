-- Deploy pgherald:0028_storage to pg
-- depends: 0018_latecomers 0025_guesses
-- transactional: false

-- Not concurrently: that cannot be part of a transaction, and some tools that apply these files make one of each. Both
-- indexes hold next to nothing, and take one look through their table.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- What is held because the provider may have the text: health() and metrics() ask every few seconds.
create index queue_jobs_held_idx on public.queue_jobs (job_type)
where status = 'processing' and lease_expires_at is null;
create index phone_verifications_over_idx on herald.phone_verifications (created_at)
where ended_at is not null and redacted_at is not null;

-- Vacuum by what is written: where rows come and go, at a number of dead ones, however many there are; where history
-- stays, at a share of it, since each vacuum reads all indexes. Without pauses, or it would never be done under load.
-- Room on a page where an update leaves the indexes alone, so that the new row stays beside the old one.
alter table public.queue_jobs set (
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500
);
alter table public.sms_messages set (
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500
);
alter table public.notification_deliveries set (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500
);
alter table herald.sms_attempts set (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.05
);

-- The counts of a day: a row for each user, and a new version of it with each batch.
alter table public.user_sms_preferences set (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
alter table herald.notification_digests set (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
alter table herald.notification_turns set (
  autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
);
alter table herald.senders set (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500
);
alter table public.sms_templates set (fillfactor = 70);

-- What is written to be taken away within seconds.
alter table herald.sms_template_uses set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0
);
alter table herald.notification_latecomers set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0
);

-- Ledgers only grow: often enough that a vacuum has little to freeze, and that indexes alone can answer.
alter table public.notification_events set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table public.notification_suppressions set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table herald.notification_digest_events set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table herald.sms_status_log set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table herald.inbound_sms set (autovacuum_vacuum_insert_scale_factor = 0.05);
alter table herald.consent_log set (autovacuum_vacuum_insert_scale_factor = 0.05);

commit;
