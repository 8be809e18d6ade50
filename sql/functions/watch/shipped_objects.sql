-- What the migrations make, as it is right after them. Written by make shipped: do not edit it by hand.
create or replace function herald.shipped_objects()
returns table (object_type text, object_name text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
values
('column', 'herald.admins.user_id', 'uuid not null'),
('column', 'herald.automatic_subscriptions.event_type', 'text not null'),
('column', 'herald.automatic_subscriptions.user_id', 'uuid not null'),
('column', 'herald.consent_log.change', 'text not null'),
('column', 'herald.consent_log.id', 'bigint not null identity'),
('column', 'herald.consent_log.inbound_sid', 'text'),
('column', 'herald.consent_log.number_hash', 'bytea'),
('column', 'herald.consent_log.phone_number', 'text'),
('column', 'herald.consent_log.recorded_at', 'timestamp with time zone not null'),
('column', 'herald.consent_log.source', 'text not null'),
('column', 'herald.consent_log.user_id', 'uuid'),
('column', 'herald.consent_log.words', 'text'),
('column', 'herald.deleted_event_users.event_id', 'uuid not null'),
('column', 'herald.deleted_event_users.user_id', 'uuid not null'),
('column', 'herald.erasure_rows.kind', 'text not null'),
('column', 'herald.erasure_rows.row_id', 'uuid not null'),
('column', 'herald.erasure_rows.user_id', 'uuid not null'),
('column', 'herald.erasures.continued_at', 'timestamp with time zone not null'),
('column', 'herald.erasures.finished_at', 'timestamp with time zone'),
('column', 'herald.erasures.number_hashes', 'bytea[] not null default ''{}''::bytea[]'),
('column', 'herald.erasures.requested_at', 'timestamp with time zone not null'),
('column', 'herald.erasures.requested_in', 'xid8'),
('column', 'herald.erasures.user_id', 'uuid not null'),
('column', 'herald.event_types.default_expiry', 'interval'),
('column', 'herald.event_types.domain', 'text not null generated'),
('column', 'herald.event_types.event_type', 'text not null'),
('column', 'herald.event_types.is_admin_only', 'boolean not null default false'),
('column', 'herald.event_types.sms_category', 'text'),
('column', 'herald.event_types.sms_template_key', 'character varying(100)'),
('column', 'herald.event_types.subscribes_new_users', 'boolean not null default false'),
('column', 'herald.event_types.title', 'text'),
('column', 'herald.failing_numbers.failures', 'integer not null'),
('column', 'herald.failing_numbers.last_failed_at', 'timestamp with time zone not null'),
('column', 'herald.failing_numbers.number_hash', 'bytea not null'),
('column', 'herald.health_limits.amber_from', 'double precision'),
('column', 'herald.health_limits.check_name', 'text not null'),
('column', 'herald.health_limits.grace', 'interval'),
('column', 'herald.health_limits.least_count', 'integer'),
('column', 'herald.health_limits.place', 'integer not null'),
('column', 'herald.health_limits.red_from', 'double precision'),
('column', 'herald.health_limits.span', 'interval'),
('column', 'herald.health_limits.unit', 'text not null'),
('column', 'herald.host_tables.is_ours', 'boolean not null'),
('column', 'herald.host_tables.table_name', 'text not null'),
('column', 'herald.inbound_sms.from_number', 'text'),
('column', 'herald.inbound_sms.last_received_at', 'timestamp with time zone not null'),
('column', 'herald.inbound_sms.meaning', 'text not null'),
('column', 'herald.inbound_sms.needs_review', 'boolean not null default false'),
('column', 'herald.inbound_sms.number_hash', 'bytea not null'),
('column', 'herald.inbound_sms.opt_out_type', 'text'),
('column', 'herald.inbound_sms.parameters', 'jsonb not null default ''{}''::jsonb'),
('column', 'herald.inbound_sms.received_at', 'timestamp with time zone not null'),
('column', 'herald.inbound_sms.times_received', 'integer not null default 1'),
('column', 'herald.inbound_sms.to_number', 'text'),
('column', 'herald.inbound_sms.twilio_sid', 'text not null'),
('column', 'herald.inbound_sms.words', 'text'),
('column', 'herald.installation.functions_digest', 'text not null'),
('column', 'herald.installation.installed_at', 'timestamp with time zone not null'),
('column', 'herald.installation.is_only_row', 'boolean not null default true'),
('column', 'herald.installation.migration', 'text'),
('column', 'herald.installed_objects.definition', 'text not null'),
('column', 'herald.installed_objects.object_name', 'text not null'),
('column', 'herald.installed_objects.object_type', 'text not null'),
('column', 'herald.installed_routines.signature', 'text not null'),
('column', 'herald.legal_windows.category', 'text'),
('column', 'herald.legal_windows.closes', 'time without time zone not null'),
('column', 'herald.legal_windows.id', 'bigint not null identity'),
('column', 'herald.legal_windows.is_active', 'boolean not null default false'),
('column', 'herald.legal_windows.opens', 'time without time zone not null'),
('column', 'herald.legal_windows.phone_prefix', 'text not null'),
('column', 'herald.legal_windows.source', 'text not null'),
('column', 'herald.legal_windows.timezone', 'text'),
('column', 'herald.link_bots.meaning', 'text not null'),
('column', 'herald.link_bots.pattern', 'text not null'),
('column', 'herald.notification_digest_events.digest_id', 'uuid not null'),
('column', 'herald.notification_digest_events.event_id', 'uuid not null'),
('column', 'herald.notification_digest_events.place', 'bigint not null identity'),
('column', 'herald.notification_digests.due_at', 'timestamp with time zone not null'),
('column', 'herald.notification_digests.event_type', 'text not null'),
('column', 'herald.notification_digests.flushed_at', 'timestamp with time zone'),
('column', 'herald.notification_digests.id', 'uuid not null default gen_random_uuid()'),
('column', 'herald.notification_digests.opened_at', 'timestamp with time zone not null'),
('column', 'herald.notification_digests.user_id', 'uuid not null'),
('column', 'herald.notification_latecomers.event_id', 'uuid not null'),
('column', 'herald.notification_latecomers.noted_at', 'timestamp with time zone not null'),
('column', 'herald.notification_latecomers.user_id', 'uuid not null'),
('column', 'herald.notification_turns.event_type', 'text not null'),
('column', 'herald.notification_turns.taken_at', 'timestamp with time zone not null'),
('column', 'herald.notification_turns.user_id', 'uuid not null'),
('column', 'herald.phone_verifications.code_hash', 'bytea'),
('column', 'herald.phone_verifications.country', 'text not null'),
('column', 'herald.phone_verifications.created_at', 'timestamp with time zone not null'),
('column', 'herald.phone_verifications.ended_at', 'timestamp with time zone'),
('column', 'herald.phone_verifications.expires_at', 'timestamp with time zone not null'),
('column', 'herald.phone_verifications.id', 'uuid not null default gen_random_uuid()'),
('column', 'herald.phone_verifications.message_id', 'uuid'),
('column', 'herald.phone_verifications.number_hash', 'bytea not null'),
('column', 'herald.phone_verifications.outcome', 'text'),
('column', 'herald.phone_verifications.phone_number', 'text'),
('column', 'herald.phone_verifications.provider', 'text not null'),
('column', 'herald.phone_verifications.redacted_at', 'timestamp with time zone'),
('column', 'herald.phone_verifications.salt', 'bytea'),
('column', 'herald.phone_verifications.tries', 'integer not null default 0'),
('column', 'herald.phone_verifications.user_id', 'uuid'),
('column', 'herald.provider_codes.error_code', 'integer not null'),
('column', 'herald.provider_codes.meaning', 'text not null'),
('column', 'herald.provider_codes.outcome', 'text not null'),
('column', 'herald.reply_words.is_at_edge', 'boolean not null default false'),
('column', 'herald.reply_words.is_whole', 'boolean not null default true'),
('column', 'herald.reply_words.meaning', 'text not null'),
('column', 'herald.reply_words.words', 'text not null'),
('column', 'herald.report_codes.error_code', 'integer not null'),
('column', 'herald.report_codes.is_opt_out', 'boolean not null default false'),
('column', 'herald.report_codes.meaning', 'text not null'),
('column', 'herald.report_codes.sender_pause', 'interval'),
('column', 'herald.report_codes.suppress_after', 'integer'),
('column', 'herald.retention.keep', 'interval'),
('column', 'herald.retention.policy', 'text not null'),
('column', 'herald.retention.what', 'text not null'),
('column', 'herald.runners.expects_reports', 'boolean not null default false'),
('column', 'herald.runners.functions_digest', 'text'),
('column', 'herald.runners.migration', 'text'),
('column', 'herald.runners.refusals', 'integer not null default 0'),
('column', 'herald.runners.refused_at', 'timestamp with time zone'),
('column', 'herald.runners.runner', 'text not null'),
('column', 'herald.runners.seen_at', 'timestamp with time zone not null'),
('column', 'herald.runners.sender', 'text'),
('column', 'herald.runners.started_at', 'timestamp with time zone not null'),
('column', 'herald.runners.stopped_at', 'timestamp with time zone'),
('column', 'herald.runners.version', 'text not null'),
('column', 'herald.runners.works_on', 'text[] not null default ''{}''::text[]'),
('column', 'herald.senders.account', 'text'),
(
  'column',
  'herald.senders.next_slot_at',
  'timestamp with time zone not null default ''-infinity''::timestamp with time zone'
),
('column', 'herald.senders.pause_reason', 'text'),
('column', 'herald.senders.paused_until', 'timestamp with time zone'),
('column', 'herald.senders.rate_per_second', 'numeric'),
('column', 'herald.senders.sender', 'text not null'),
('column', 'herald.settings.default_batch_interval', 'interval not null default ''00:15:00''::interval'),
('column', 'herald.settings.default_daily_limit', 'integer default 10'),
('column', 'herald.settings.default_expiry', 'interval default ''24:00:00''::interval'),
('column', 'herald.settings.first_look', 'interval not null default ''00:00:10''::interval'),
('column', 'herald.settings.is_only_row', 'boolean not null default true'),
('column', 'herald.settings.job_retention', 'interval not null default ''30 days''::interval'),
('column', 'herald.settings.kill_switch', 'boolean not null default false'),
('column', 'herald.settings.least_validity', 'interval not null default ''00:00:10''::interval'),
('column', 'herald.settings.link_base_url', 'text'),
('column', 'herald.settings.link_bot_window', 'interval not null default ''00:00:02''::interval'),
('column', 'herald.settings.link_lifetime', 'interval'),
('column', 'herald.settings.max_devices', 'integer not null default 20'),
('column', 'herald.settings.max_filter_bytes', 'integer not null default 8192'),
('column', 'herald.settings.on_unknown', 'text not null default ''hold''::text'),
('column', 'herald.settings.price_per_segment', 'numeric not null default 0'),
('column', 'herald.settings.promote_lead', 'interval not null default ''00:05:00''::interval'),
('column', 'herald.settings.report_time', 'interval not null default ''01:00:00''::interval'),
(
  'column',
  'herald.settings.retry_delays',
  'interval[] not null default ''{00:00:00,00:05:00,00:15:00,00:30:00}''::interval[]'
),
('column', 'herald.settings.retry_jitter', 'double precision not null default 0.1'),
('column', 'herald.settings.sender_pause', 'interval not null default ''00:01:00''::interval'),
('column', 'herald.settings.settle_time', 'interval not null default ''00:30:00''::interval'),
('column', 'herald.settings.throttle_delay', 'interval not null default ''00:00:10''::interval'),
('column', 'herald.settings.verification_cooldown', 'interval not null default ''00:01:00''::interval'),
('column', 'herald.settings.verification_lifetime', 'interval not null default ''00:10:00''::interval'),
('column', 'herald.settings.verification_provider', 'text not null default ''own''::text'),
('column', 'herald.settings.verification_tries', 'integer not null default 5'),
(
  'column',
  'herald.settings.verification_words',
  'text not null default ''Your code is {{code}}. It is good for ten minutes. Tell it to nobody.''::text'
),
('column', 'herald.sms_attempts.account', 'text'),
('column', 'herald.sms_attempts.attempt', 'integer not null'),
('column', 'herald.sms_attempts.error_code', 'integer'),
('column', 'herald.sms_attempts.error_message', 'text'),
('column', 'herald.sms_attempts.finished_at', 'timestamp with time zone'),
('column', 'herald.sms_attempts.http_status', 'integer'),
('column', 'herald.sms_attempts.id', 'uuid not null default gen_random_uuid()'),
('column', 'herald.sms_attempts.job_id', 'uuid'),
('column', 'herald.sms_attempts.look_token', 'uuid'),
('column', 'herald.sms_attempts.looked_at', 'timestamp with time zone'),
('column', 'herald.sms_attempts.looks', 'integer not null default 0'),
('column', 'herald.sms_attempts.message_id', 'uuid not null'),
('column', 'herald.sms_attempts.outcome', 'text'),
('column', 'herald.sms_attempts.runner', 'text'),
('column', 'herald.sms_attempts.sender', 'text'),
('column', 'herald.sms_attempts.started_at', 'timestamp with time zone not null'),
('column', 'herald.sms_attempts.twilio_sid', 'text'),
('column', 'herald.sms_attempts.valid_until', 'timestamp with time zone'),
('column', 'herald.sms_categories.category', 'text not null'),
('column', 'herald.sms_categories.default_expiry', 'interval'),
('column', 'herald.sms_categories.toggle_column', 'text'),
('column', 'herald.sms_routines.category', 'text not null'),
('column', 'herald.sms_routines.is_active', 'boolean not null default true'),
('column', 'herald.sms_routines.recurrence_pattern', 'text not null default ''FREQ=DAILY''::text'),
('column', 'herald.sms_routines.time_column', 'text'),
('column', 'herald.sms_routines.usual_time', 'time without time zone not null'),
('column', 'herald.sms_routines.words', 'text'),
('column', 'herald.sms_status_log.attempt_id', 'uuid'),
('column', 'herald.sms_status_log.error_code', 'integer'),
('column', 'herald.sms_status_log.first_received_at', 'timestamp with time zone not null'),
('column', 'herald.sms_status_log.id', 'bigint not null identity'),
('column', 'herald.sms_status_log.last_received_at', 'timestamp with time zone not null'),
('column', 'herald.sms_status_log.message_id', 'uuid'),
('column', 'herald.sms_status_log.parameters', 'jsonb not null default ''{}''::jsonb'),
('column', 'herald.sms_status_log.times_received', 'integer not null default 1'),
('column', 'herald.sms_status_log.twilio_sid', 'text not null'),
('column', 'herald.sms_status_log.twilio_status', 'text not null'),
('column', 'herald.sms_template_uses.id', 'bigint not null identity'),
('column', 'herald.sms_template_uses.template_id', 'uuid not null'),
('column', 'herald.sms_template_uses.used_at', 'timestamp with time zone not null'),
('column', 'herald.suppressed_numbers.number_hash', 'bytea not null'),
('column', 'herald.suppressed_numbers.phone_number', 'text'),
('column', 'herald.suppressed_numbers.reason', 'text not null'),
('column', 'herald.suppressed_numbers.source', 'text not null'),
('column', 'herald.suppressed_numbers.suppressed_at', 'timestamp with time zone not null'),
('column', 'herald.ticks.is_only_row', 'boolean not null default true'),
(
  'column',
  'herald.ticks.last_ticked_at',
  'timestamp with time zone not null default ''-infinity''::timestamp with time zone'
),
('column', 'herald.transitions.cause', 'text not null'),
('column', 'herald.transitions.from_status', 'text not null'),
('column', 'herald.transitions.machine', 'text not null'),
('column', 'herald.transitions.to_status', 'text not null'),
('column', 'herald.verification_limits.most', 'integer not null'),
('column', 'herald.verification_limits.phone_prefix', 'text not null default ''+''::text'),
('column', 'herald.verification_limits.scope', 'text not null'),
('column', 'herald.verification_limits.within', 'interval not null'),
('column', 'herald.verification_turns.taken_at', 'timestamp with time zone not null'),
('column', 'herald.verification_turns.whose', 'text not null'),
('column', 'herald.verify_requests.asked_in', 'xid8'),
('column', 'herald.verify_requests.claimed_at', 'timestamp with time zone'),
('column', 'herald.verify_requests.code', 'text'),
('column', 'herald.verify_requests.code_hash', 'bytea'),
('column', 'herald.verify_requests.created_at', 'timestamp with time zone not null'),
('column', 'herald.verify_requests.id', 'uuid not null default gen_random_uuid()'),
('column', 'herald.verify_requests.kind', 'text not null'),
('column', 'herald.verify_requests.outcome', 'text'),
('column', 'herald.verify_requests.verification_id', 'uuid not null'),
('column', 'public.notification_deliveries.attempts', 'integer default 0'),
('column', 'public.notification_deliveries.bounced_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.channel', 'text not null'),
('column', 'public.notification_deliveries.channel_identifier', 'text'),
('column', 'public.notification_deliveries.clicked_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.correlation_id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_deliveries.created_at', 'timestamp with time zone default now()'),
('column', 'public.notification_deliveries.delivered_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.digest_id', 'uuid'),
('column', 'public.notification_deliveries.erased_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.event_id', 'uuid'),
('column', 'public.notification_deliveries.expires_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.external_id', 'text'),
('column', 'public.notification_deliveries.failed_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_deliveries.inferred', 'text[] not null default ''{}''::text[]'),
('column', 'public.notification_deliveries.last_error', 'text'),
('column', 'public.notification_deliveries.max_attempts', 'integer default 3'),
('column', 'public.notification_deliveries.opened_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.payload', 'jsonb not null default ''{}''::jsonb'),
('column', 'public.notification_deliveries.queue_job_id', 'uuid'),
('column', 'public.notification_deliveries.recipient_user_id', 'uuid not null'),
('column', 'public.notification_deliveries.scheduled_for', 'timestamp with time zone'),
('column', 'public.notification_deliveries.sent_at', 'timestamp with time zone'),
('column', 'public.notification_deliveries.status', 'text not null default ''pending''::text'),
('column', 'public.notification_deliveries.subscription_id', 'uuid'),
('column', 'public.notification_deliveries.suppressed_reason', 'text'),
('column', 'public.notification_deliveries.tracking_id', 'text'),
('column', 'public.notification_deliveries.updated_at', 'timestamp with time zone default now()'),
('column', 'public.notification_events.actor_user_id', 'uuid'),
('column', 'public.notification_events.correlation_id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_events.created_at', 'timestamp with time zone default now()'),
('column', 'public.notification_events.event_source', 'text not null'),
('column', 'public.notification_events.event_type', 'text not null'),
('column', 'public.notification_events.expires_at', 'timestamp with time zone'),
('column', 'public.notification_events.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_events.idempotency_key', 'text'),
('column', 'public.notification_events.metadata', 'jsonb'),
('column', 'public.notification_events.payload', 'jsonb not null default ''{}''::jsonb'),
('column', 'public.notification_events.redacted_at', 'timestamp with time zone'),
('column', 'public.notification_events.request_digest', 'bytea'),
('column', 'public.notification_events.scheduled_for', 'timestamp with time zone'),
('column', 'public.notification_events.target_user_id', 'uuid'),
('column', 'public.notification_subscriptions.admin_only', 'boolean default false'),
('column', 'public.notification_subscriptions.created_at', 'timestamp with time zone default now()'),
('column', 'public.notification_subscriptions.created_by', 'uuid'),
('column', 'public.notification_subscriptions.event_type', 'text not null'),
('column', 'public.notification_subscriptions.filters', 'jsonb'),
('column', 'public.notification_subscriptions.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_subscriptions.is_active', 'boolean default true'),
('column', 'public.notification_subscriptions.updated_at', 'timestamp with time zone default now()'),
('column', 'public.notification_subscriptions.user_id', 'uuid not null'),
('column', 'public.notification_suppressions.channel', 'text not null'),
('column', 'public.notification_suppressions.created_at', 'timestamp with time zone not null default now()'),
('column', 'public.notification_suppressions.event_id', 'uuid not null'),
('column', 'public.notification_suppressions.reason', 'text not null'),
('column', 'public.notification_suppressions.recipient_user_id', 'uuid not null'),
('column', 'public.notification_tracking_links.bot_click_count', 'integer not null default 0'),
('column', 'public.notification_tracking_links.click_count', 'integer default 0'),
('column', 'public.notification_tracking_links.created_at', 'timestamp with time zone default now()'),
('column', 'public.notification_tracking_links.delivery_id', 'uuid'),
('column', 'public.notification_tracking_links.destination_url', 'text not null'),
('column', 'public.notification_tracking_links.erased_at', 'timestamp with time zone'),
('column', 'public.notification_tracking_links.expires_at', 'timestamp with time zone'),
('column', 'public.notification_tracking_links.first_clicked_at', 'timestamp with time zone'),
('column', 'public.notification_tracking_links.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.notification_tracking_links.last_clicked_at', 'timestamp with time zone'),
('column', 'public.notification_tracking_links.message_id', 'uuid'),
('column', 'public.notification_tracking_links.metadata', 'jsonb default ''{}''::jsonb'),
('column', 'public.notification_tracking_links.short_code', 'text not null'),
('column', 'public.push_subscriptions.auth_key', 'text not null'),
('column', 'public.push_subscriptions.created_at', 'timestamp with time zone default now()'),
('column', 'public.push_subscriptions.endpoint', 'text not null'),
('column', 'public.push_subscriptions.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.push_subscriptions.is_active', 'boolean not null default true'),
('column', 'public.push_subscriptions.last_used_at', 'timestamp with time zone'),
('column', 'public.push_subscriptions.p256dh_key', 'text not null'),
('column', 'public.push_subscriptions.updated_at', 'timestamp with time zone default now()'),
('column', 'public.push_subscriptions.user_agent', 'text'),
('column', 'public.push_subscriptions.user_id', 'uuid not null'),
('column', 'public.queue_jobs.attempts', 'integer not null default 0'),
('column', 'public.queue_jobs.completed_at', 'timestamp with time zone'),
('column', 'public.queue_jobs.correlation_id', 'uuid not null default gen_random_uuid()'),
('column', 'public.queue_jobs.created_at', 'timestamp with time zone not null default now()'),
('column', 'public.queue_jobs.dedup_key', 'text'),
('column', 'public.queue_jobs.due_rank', 'timestamp with time zone not null generated'),
('column', 'public.queue_jobs.error_message', 'text'),
('column', 'public.queue_jobs.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.queue_jobs.job_type', 'public.queue_type not null'),
('column', 'public.queue_jobs.lease_expires_at', 'timestamp with time zone'),
('column', 'public.queue_jobs.max_attempts', 'integer not null default 3'),
('column', 'public.queue_jobs.metadata', 'jsonb default ''{}''::jsonb'),
('column', 'public.queue_jobs.priority', 'integer not null default 10'),
('column', 'public.queue_jobs.processed_at', 'timestamp with time zone'),
('column', 'public.queue_jobs.processing_token', 'uuid'),
('column', 'public.queue_jobs.queue_job_id', 'text not null default (gen_random_uuid())::text'),
('column', 'public.queue_jobs.result', 'jsonb'),
('column', 'public.queue_jobs.scheduled_for', 'timestamp with time zone not null default now()'),
('column', 'public.queue_jobs.started_at', 'timestamp with time zone'),
('column', 'public.queue_jobs.status', 'public.queue_status not null default ''pending''::public.queue_status'),
('column', 'public.queue_jobs.updated_at', 'timestamp with time zone default now()'),
('column', 'public.queue_jobs.user_id', 'uuid not null'),
('column', 'public.sms_messages.attempt_count', 'integer default 0'),
('column', 'public.sms_messages.cancel_reason', 'text'),
('column', 'public.sms_messages.cancelled_at', 'timestamp with time zone'),
('column', 'public.sms_messages.category', 'text'),
('column', 'public.sms_messages.correlation_id', 'uuid not null default gen_random_uuid()'),
('column', 'public.sms_messages.counted_at', 'timestamp with time zone'),
('column', 'public.sms_messages.created_at', 'timestamp with time zone default now()'),
('column', 'public.sms_messages.defer_reason', 'text'),
('column', 'public.sms_messages.deferred_from', 'timestamp with time zone'),
('column', 'public.sms_messages.deferred_until', 'timestamp with time zone'),
('column', 'public.sms_messages.delivered_at', 'timestamp with time zone'),
('column', 'public.sms_messages.expires_at', 'timestamp with time zone'),
('column', 'public.sms_messages.failed_at', 'timestamp with time zone'),
('column', 'public.sms_messages.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.sms_messages.idempotency_key', 'text'),
('column', 'public.sms_messages.look_at', 'timestamp with time zone'),
('column', 'public.sms_messages.max_attempts', 'integer default 3'),
('column', 'public.sms_messages.message_content', 'text not null'),
('column', 'public.sms_messages.metadata', 'jsonb default ''{}''::jsonb'),
('column', 'public.sms_messages.next_retry_at', 'timestamp with time zone'),
('column', 'public.sms_messages.notification_delivery_id', 'uuid'),
('column', 'public.sms_messages.number_erased_at', 'timestamp with time zone'),
('column', 'public.sms_messages.occurrence', 'timestamp without time zone'),
('column', 'public.sms_messages.parent_message_id', 'uuid'),
('column', 'public.sms_messages.phone_number', 'text not null'),
('column', 'public.sms_messages.priority', 'public.sms_priority not null default ''normal''::public.sms_priority'),
('column', 'public.sms_messages.project_id', 'uuid'),
('column', 'public.sms_messages.queue_job_id', 'uuid'),
('column', 'public.sms_messages.recurrence_ends', 'timestamp with time zone'),
('column', 'public.sms_messages.recurrence_last', 'timestamp without time zone'),
('column', 'public.sms_messages.recurrence_pattern', 'text'),
('column', 'public.sms_messages.recurrence_start', 'timestamp without time zone'),
('column', 'public.sms_messages.recurrence_timezone', 'text'),
('column', 'public.sms_messages.request_digest', 'bytea'),
('column', 'public.sms_messages.routine', 'text'),
('column', 'public.sms_messages.scheduled_for', 'timestamp with time zone'),
('column', 'public.sms_messages.segment_count', 'integer'),
('column', 'public.sms_messages.sent_at', 'timestamp with time zone'),
('column', 'public.sms_messages.status', 'public.sms_status not null default ''pending''::public.sms_status'),
('column', 'public.sms_messages.task_id', 'uuid'),
('column', 'public.sms_messages.template_id', 'uuid'),
('column', 'public.sms_messages.template_vars', 'jsonb'),
('column', 'public.sms_messages.twilio_error_code', 'integer'),
('column', 'public.sms_messages.twilio_error_message', 'text'),
('column', 'public.sms_messages.twilio_sid', 'text'),
('column', 'public.sms_messages.twilio_status', 'text'),
('column', 'public.sms_messages.updated_at', 'timestamp with time zone default now()'),
('column', 'public.sms_messages.user_id', 'uuid not null'),
('column', 'public.sms_messages.words_erased_at', 'timestamp with time zone'),
('column', 'public.sms_templates.created_at', 'timestamp with time zone default now()'),
('column', 'public.sms_templates.created_by', 'uuid'),
('column', 'public.sms_templates.description', 'text'),
('column', 'public.sms_templates.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.sms_templates.is_active', 'boolean default true'),
('column', 'public.sms_templates.last_used_at', 'timestamp with time zone'),
('column', 'public.sms_templates.max_length', 'integer default 160'),
('column', 'public.sms_templates.message_template', 'text not null'),
('column', 'public.sms_templates.name', 'character varying(255) not null'),
('column', 'public.sms_templates.required_vars', 'jsonb default ''[]''::jsonb'),
('column', 'public.sms_templates.template_key', 'character varying(100) not null'),
('column', 'public.sms_templates.template_vars', 'jsonb default ''{}''::jsonb'),
('column', 'public.sms_templates.updated_at', 'timestamp with time zone default now()'),
('column', 'public.sms_templates.usage_count', 'integer default 0'),
('column', 'public.user_notification_preferences.batch_enabled', 'boolean default false'),
('column', 'public.user_notification_preferences.batch_interval_minutes', 'integer'),
('column', 'public.user_notification_preferences.created_at', 'timestamp with time zone default now()'),
('column', 'public.user_notification_preferences.email_enabled', 'boolean default true'),
('column', 'public.user_notification_preferences.event_type', 'text not null'),
('column', 'public.user_notification_preferences.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.user_notification_preferences.in_app_enabled', 'boolean default true'),
('column', 'public.user_notification_preferences.max_per_day', 'integer'),
('column', 'public.user_notification_preferences.max_per_hour', 'integer'),
('column', 'public.user_notification_preferences.priority', 'text not null default ''normal''::text'),
('column', 'public.user_notification_preferences.push_enabled', 'boolean default true'),
('column', 'public.user_notification_preferences.quiet_hours_enabled', 'boolean default false'),
(
  'column',
  'public.user_notification_preferences.quiet_hours_end',
  'time without time zone default ''08:00:00''::time without time zone'
),
(
  'column',
  'public.user_notification_preferences.quiet_hours_start',
  'time without time zone default ''22:00:00''::time without time zone'
),
('column', 'public.user_notification_preferences.sms_enabled', 'boolean default false'),
('column', 'public.user_notification_preferences.timezone', 'text default ''UTC''::text'),
('column', 'public.user_notification_preferences.updated_at', 'timestamp with time zone default now()'),
('column', 'public.user_notification_preferences.user_id', 'uuid not null'),
('column', 'public.user_sms_preferences.created_at', 'timestamp with time zone default now()'),
('column', 'public.user_sms_preferences.daily_brief_sms', 'boolean default false'),
('column', 'public.user_sms_preferences.daily_count_reset_at', 'timestamp with time zone default now()'),
('column', 'public.user_sms_preferences.daily_sms_count', 'integer default 0'),
('column', 'public.user_sms_preferences.daily_sms_limit', 'integer default 10'),
('column', 'public.user_sms_preferences.evening_recap_enabled', 'boolean default false'),
('column', 'public.user_sms_preferences.event_reminders_enabled', 'boolean default false'),
('column', 'public.user_sms_preferences.hourly_sms_limit', 'integer'),
('column', 'public.user_sms_preferences.id', 'uuid not null default gen_random_uuid()'),
('column', 'public.user_sms_preferences.marketing_enabled', 'boolean default false'),
('column', 'public.user_sms_preferences.morning_kickoff_enabled', 'boolean default false'),
('column', 'public.user_sms_preferences.morning_kickoff_time', 'time without time zone'),
('column', 'public.user_sms_preferences.next_up_enabled', 'boolean default false'),
('column', 'public.user_sms_preferences.opt_out_reason', 'text'),
('column', 'public.user_sms_preferences.opted_out', 'boolean default false'),
('column', 'public.user_sms_preferences.opted_out_at', 'timestamp with time zone'),
('column', 'public.user_sms_preferences.phone_number', 'text'),
('column', 'public.user_sms_preferences.phone_verified', 'boolean default false'),
('column', 'public.user_sms_preferences.phone_verified_at', 'timestamp with time zone'),
(
  'column',
  'public.user_sms_preferences.quiet_hours_end',
  'time without time zone default ''08:00:00''::time without time zone'
),
(
  'column',
  'public.user_sms_preferences.quiet_hours_start',
  'time without time zone default ''21:00:00''::time without time zone'
),
('column', 'public.user_sms_preferences.task_reminders', 'boolean default false'),
('column', 'public.user_sms_preferences.timezone', 'text default ''America/Los_Angeles''::text'),
('column', 'public.user_sms_preferences.updated_at', 'timestamp with time zone default now()'),
('column', 'public.user_sms_preferences.urgent_alerts', 'boolean default true'),
('column', 'public.user_sms_preferences.user_id', 'uuid not null'),
('constraint', 'herald.admins: admins_pkey', 'PRIMARY KEY (user_id)'),
(
  'constraint',
  'herald.admins: admins_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.automatic_subscriptions: automatic_subscriptions_event_type_fkey',
  'FOREIGN KEY (event_type) REFERENCES herald.event_types(event_type) ON DELETE CASCADE'
),
('constraint', 'herald.automatic_subscriptions: automatic_subscriptions_pkey', 'PRIMARY KEY (user_id, event_type)'),
(
  'constraint',
  'herald.automatic_subscriptions: automatic_subscriptions_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.consent_log: consent_log_change_is_known',
  'CHECK ((change = ANY (ARRAY[''opted_in''::text, ''opted_out''::text])))'
),
('constraint', 'herald.consent_log: consent_log_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.consent_log: consent_log_source_is_known',
  'CHECK ((source = ANY (ARRAY[''inbound''::text, ''provider''::text, ''team''::text, ''user''::text])))'
),
(
  'constraint',
  'herald.deleted_event_users: deleted_event_users_event_id_fkey',
  'FOREIGN KEY (event_id) REFERENCES public.notification_events(id) ON DELETE CASCADE'
),
('constraint', 'herald.deleted_event_users: deleted_event_users_pkey', 'PRIMARY KEY (user_id, event_id)'),
(
  'constraint',
  'herald.erasure_rows: erasure_rows_kind_is_known',
  'CHECK ((kind = ANY (ARRAY[''text''::text, ''delivery''::text, ''event''::text, ''suppression''::text, '
  || '''job''::text])))'
),
('constraint', 'herald.erasure_rows: erasure_rows_pkey', 'PRIMARY KEY (user_id, kind, row_id)'),
('constraint', 'herald.erasures: erasures_pkey', 'PRIMARY KEY (user_id)'),
(
  'constraint',
  'herald.event_types: event_types_expiry_is_positive',
  'CHECK ((default_expiry > ''00:00:00''::interval))'
),
(
  'constraint',
  'herald.event_types: event_types_is_domain_and_action',
  'CHECK ((event_type ~ ''^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$''::text))'
),
('constraint', 'herald.event_types: event_types_pkey', 'PRIMARY KEY (event_type)'),
(
  'constraint',
  'herald.event_types: event_types_sms_category_fkey',
  'FOREIGN KEY (sms_category) REFERENCES herald.sms_categories(category)'
),
(
  'constraint',
  'herald.event_types: event_types_sms_template_key_fkey',
  'FOREIGN KEY (sms_template_key) REFERENCES public.sms_templates(template_key) ON UPDATE CASCADE ON DELETE SET '
  || 'NULL'
),
('constraint', 'herald.event_types: event_types_title_is_not_blank', 'CHECK ((title ~ ''[^[:space:]]''::text))'),
('constraint', 'herald.failing_numbers: failing_numbers_pkey', 'PRIMARY KEY (number_hash)'),
(
  'constraint',
  'herald.health_limits: health_limits_are_positive',
  'CHECK (((amber_from > (0)::double precision) AND (red_from > (0)::double precision)))'
),
('constraint', 'herald.health_limits: health_limits_least_count_is_positive', 'CHECK ((least_count > 0))'),
('constraint', 'herald.health_limits: health_limits_pkey', 'PRIMARY KEY (check_name)'),
('constraint', 'herald.health_limits: health_limits_place_key', 'UNIQUE (place)'),
(
  'constraint',
  'herald.health_limits: health_limits_times_are_positive',
  'CHECK (((span > ''00:00:00''::interval) AND (grace >= ''00:00:00''::interval)))'
),
(
  'constraint',
  'herald.health_limits: health_limits_unit_is_known',
  'CHECK ((unit = ANY (ARRAY[''seconds''::text, ''count''::text, ''percent''::text])))'
),
('constraint', 'herald.host_tables: host_tables_pkey', 'PRIMARY KEY (table_name)'),
(
  'constraint',
  'herald.inbound_sms: inbound_sms_meaning_is_known',
  'CHECK ((meaning = ANY (ARRAY[''stop''::text, ''start''::text, ''help''::text, ''stop_in_words''::text, '
  || '''other''::text])))'
),
('constraint', 'herald.inbound_sms: inbound_sms_pkey', 'PRIMARY KEY (twilio_sid)'),
('constraint', 'herald.installation: installation_has_one_row', 'CHECK (is_only_row)'),
('constraint', 'herald.installation: installation_pkey', 'PRIMARY KEY (is_only_row)'),
('constraint', 'herald.installed_objects: installed_objects_pkey', 'PRIMARY KEY (object_type, object_name)'),
('constraint', 'herald.installed_routines: installed_routines_pkey', 'PRIMARY KEY (signature)'),
('constraint', 'herald.legal_windows: legal_windows_are_open_some_time', 'CHECK ((opens <> closes))'),
(
  'constraint',
  'herald.legal_windows: legal_windows_are_said_once',
  'UNIQUE NULLS NOT DISTINCT (phone_prefix, category, opens, closes, timezone)'
),
(
  'constraint',
  'herald.legal_windows: legal_windows_category_fkey',
  'FOREIGN KEY (category) REFERENCES herald.sms_categories(category)'
),
('constraint', 'herald.legal_windows: legal_windows_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.legal_windows: legal_windows_prefix_is_of_a_number',
  'CHECK ((phone_prefix ~ ''^\+[0-9]{0,14}$''::text))'
),
('constraint', 'herald.link_bots: link_bots_pattern_is_not_blank', 'CHECK ((pattern ~ ''[^[:space:]]''::text))'),
('constraint', 'herald.link_bots: link_bots_pkey', 'PRIMARY KEY (pattern)'),
(
  'constraint',
  'herald.notification_digest_events: notification_digest_events_digest_id_fkey',
  'FOREIGN KEY (digest_id) REFERENCES herald.notification_digests(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.notification_digest_events: notification_digest_events_event_id_fkey',
  'FOREIGN KEY (event_id) REFERENCES public.notification_events(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.notification_digest_events: notification_digest_events_pkey',
  'PRIMARY KEY (digest_id, event_id)'
),
(
  'constraint',
  'herald.notification_digests: notification_digests_event_type_fkey',
  'FOREIGN KEY (event_type) REFERENCES herald.event_types(event_type)'
),
('constraint', 'herald.notification_digests: notification_digests_gathers_for_a_while', 'CHECK ((due_at > opened_at))'),
('constraint', 'herald.notification_digests: notification_digests_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.notification_digests: notification_digests_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.notification_latecomers: notification_latecomers_event_id_fkey',
  'FOREIGN KEY (event_id) REFERENCES public.notification_events(id) ON DELETE CASCADE'
),
('constraint', 'herald.notification_latecomers: notification_latecomers_pkey', 'PRIMARY KEY (event_id, user_id)'),
('constraint', 'herald.notification_turns: notification_turns_pkey', 'PRIMARY KEY (user_id, event_type)'),
(
  'constraint',
  'herald.notification_turns: notification_turns_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.phone_verifications: phone_verifications_are_of_a_user_or_over',
  'CHECK (((num_nulls(user_id, phone_number) = 0) OR (ended_at IS NOT NULL)))'
),
(
  'constraint',
  'herald.phone_verifications: phone_verifications_end_with_an_outcome',
  'CHECK (((ended_at IS NULL) = (outcome IS NULL)))'
),
(
  'constraint',
  'herald.phone_verifications: phone_verifications_message_id_fkey',
  'FOREIGN KEY (message_id) REFERENCES public.sms_messages(id) ON DELETE SET NULL'
),
(
  'constraint',
  'herald.phone_verifications: phone_verifications_outcome_is_known',
  'CHECK ((outcome = ANY (ARRAY[''verified''::text, ''expired''::text, ''too_many_tries''::text, '
  || '''taken''::text, ''superseded''::text, ''deleted''::text])))'
),
('constraint', 'herald.phone_verifications: phone_verifications_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.phone_verifications: phone_verifications_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL'
),
(
  'constraint',
  'herald.provider_codes: provider_codes_outcome_is_known',
  'CHECK ((outcome = ANY (ARRAY[''unknown''::text, ''throttled''::text, ''config''::text, ''sender''::text, '
  || '''opted_out''::text, ''permanent''::text])))'
),
('constraint', 'herald.provider_codes: provider_codes_pkey', 'PRIMARY KEY (error_code)'),
(
  'constraint',
  'herald.reply_words: reply_words_are_in_capitals',
  'CHECK (((words = upper(words)) AND (words ~ ''[^[:space:]]''::text)))'
),
(
  'constraint',
  'herald.reply_words: reply_words_at_the_edge_only_stop',
  'CHECK (((NOT is_at_edge) OR (is_whole AND (meaning = ''stop''::text) AND (words ~ ''^[[:alnum:]]+$''::text))))'
),
(
  'constraint',
  'herald.reply_words: reply_words_in_a_sentence_only_stop',
  'CHECK ((is_whole OR (meaning = ''stop''::text)))'
),
(
  'constraint',
  'herald.reply_words: reply_words_meaning_is_known',
  'CHECK ((meaning = ANY (ARRAY[''stop''::text, ''start''::text, ''help''::text])))'
),
('constraint', 'herald.reply_words: reply_words_pkey', 'PRIMARY KEY (words)'),
(
  'constraint',
  'herald.report_codes: report_codes_pause_is_positive',
  'CHECK ((sender_pause > ''00:00:00''::interval))'
),
('constraint', 'herald.report_codes: report_codes_pkey', 'PRIMARY KEY (error_code)'),
('constraint', 'herald.report_codes: report_codes_take_a_failure', 'CHECK ((suppress_after > 0))'),
('constraint', 'herald.retention: retention_keeps_for_a_while', 'CHECK ((keep > ''00:00:00''::interval))'),
('constraint', 'herald.retention: retention_pkey', 'PRIMARY KEY (policy)'),
(
  'constraint',
  'herald.retention: retention_policy_is_known',
  'CHECK ((policy = ANY (ARRAY[''consent''::text, ''events''::text, ''inbound_numbers''::text, '
  || '''inbound_words''::text, ''links''::text, ''notifications''::text, ''sms_numbers''::text, '
  || '''sms_reports''::text, ''sms_words''::text, ''suppressed_numbers''::text])))'
),
('constraint', 'herald.runners: runners_pkey', 'PRIMARY KEY (runner)'),
('constraint', 'herald.senders: senders_pkey', 'PRIMARY KEY (sender)'),
('constraint', 'herald.senders: senders_rate_is_positive', 'CHECK ((rate_per_second > (0)::numeric))'),
(
  'constraint',
  'herald.settings: settings_batch_interval_is_positive',
  'CHECK ((default_batch_interval > ''00:00:00''::interval))'
),
(
  'constraint',
  'herald.settings: settings_client_limits_are_positive',
  'CHECK (((max_devices > 0) AND (max_filter_bytes > 0)))'
),
('constraint', 'herald.settings: settings_daily_limit_is_not_negative', 'CHECK ((default_daily_limit >= 0))'),
('constraint', 'herald.settings: settings_expiry_is_positive', 'CHECK ((default_expiry > ''00:00:00''::interval))'),
('constraint', 'herald.settings: settings_has_one_row', 'CHECK (is_only_row)'),
(
  'constraint',
  'herald.settings: settings_jitter_is_a_share',
  'CHECK (((retry_jitter >= (0)::double precision) AND (retry_jitter <= (1)::double precision)))'
),
('constraint', 'herald.settings: settings_lead_is_not_negative', 'CHECK ((promote_lead >= ''00:00:00''::interval))'),
(
  'constraint',
  'herald.settings: settings_link_base_is_http',
  'CHECK ((link_base_url ~ ''^https?://[^[:space:]?#]*[^[:space:]?#/]$''::text))'
),
(
  'constraint',
  'herald.settings: settings_link_times_are_positive',
  'CHECK (((link_lifetime > ''00:00:00''::interval) AND (link_bot_window >= ''00:00:00''::interval)))'
),
(
  'constraint',
  'herald.settings: settings_looks_take_time',
  'CHECK (((settle_time > ''00:00:00''::interval) AND (first_look > ''00:00:00''::interval) AND (report_time > '
  || '''00:00:00''::interval)))'
),
(
  'constraint',
  'herald.settings: settings_on_unknown_is_known',
  'CHECK ((on_unknown = ANY (ARRAY[''hold''::text, ''resend''::text])))'
),
(
  'constraint',
  'herald.settings: settings_pauses_are_positive',
  'CHECK (((sender_pause > ''00:00:00''::interval) AND (throttle_delay > ''00:00:00''::interval)))'
),
('constraint', 'herald.settings: settings_pkey', 'PRIMARY KEY (is_only_row)'),
('constraint', 'herald.settings: settings_price_is_not_negative', 'CHECK ((price_per_segment >= (0)::numeric))'),
('constraint', 'herald.settings: settings_retention_is_positive', 'CHECK ((job_retention > ''00:00:00''::interval))'),
(
  'constraint',
  'herald.settings: settings_retry_delays_are_known',
  'CHECK (((cardinality(retry_delays) > 0) AND (array_position(retry_delays, NULL::interval) IS NULL) AND '
  || '(''00:00:00''::interval <= ALL (retry_delays))))'
),
('constraint', 'herald.settings: settings_validity_is_positive', 'CHECK ((least_validity > ''00:00:00''::interval))'),
(
  'constraint',
  'herald.settings: settings_verification_provider_is_known',
  'CHECK ((verification_provider = ANY (ARRAY[''own''::text, ''twilio_verify''::text])))'
),
(
  'constraint',
  'herald.settings: settings_verification_times_are_positive',
  'CHECK (((verification_lifetime > ''00:00:00''::interval) AND (verification_cooldown >= '
  || '''00:00:00''::interval) AND (verification_tries > 0)))'
),
(
  'constraint',
  'herald.settings: settings_verification_words_have_the_code',
  'CHECK (((strpos(verification_words, ''{{code}}''::text) > 0) AND (char_length(verification_words) <= 160)))'
),
(
  'constraint',
  'herald.sms_attempts: sms_attempts_ends_with_an_outcome',
  'CHECK (((outcome = ''unknown''::text) OR ((finished_at IS NULL) = (outcome IS NULL))))'
),
(
  'constraint',
  'herald.sms_attempts: sms_attempts_message_id_fkey',
  'FOREIGN KEY (message_id) REFERENCES public.sms_messages(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.sms_attempts: sms_attempts_outcome_is_known',
  'CHECK ((outcome = ANY (ARRAY[''accepted''::text, ''unknown''::text, ''not_sent''::text, ''throttled''::text, '
  || '''config''::text, ''sender''::text, ''opted_out''::text, ''permanent''::text, ''handed_back''::text])))'
),
('constraint', 'herald.sms_attempts: sms_attempts_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.sms_categories: sms_categories_expiry_is_positive',
  'CHECK ((default_expiry > ''00:00:00''::interval))'
),
('constraint', 'herald.sms_categories: sms_categories_pkey', 'PRIMARY KEY (category)'),
(
  'constraint',
  'herald.sms_routines: sms_routines_category_fkey',
  'FOREIGN KEY (category) REFERENCES herald.sms_categories(category)'
),
('constraint', 'herald.sms_routines: sms_routines_pkey', 'PRIMARY KEY (category)'),
(
  'constraint',
  'herald.sms_routines: sms_routines_words_are_sendable',
  'CHECK (((words ~ ''[^[:space:]]''::text) AND (char_length(words) <= 1600)))'
),
(
  'constraint',
  'herald.sms_status_log: sms_status_log_keeps_each_status_once',
  'UNIQUE NULLS NOT DISTINCT (twilio_sid, twilio_status, error_code)'
),
(
  'constraint',
  'herald.sms_status_log: sms_status_log_message_id_fkey',
  'FOREIGN KEY (message_id) REFERENCES public.sms_messages(id) ON DELETE CASCADE'
),
('constraint', 'herald.sms_status_log: sms_status_log_pkey', 'PRIMARY KEY (id)'),
('constraint', 'herald.sms_template_uses: sms_template_uses_pkey', 'PRIMARY KEY (template_id, id)'),
(
  'constraint',
  'herald.sms_template_uses: sms_template_uses_template_id_fkey',
  'FOREIGN KEY (template_id) REFERENCES public.sms_templates(id) ON DELETE CASCADE'
),
(
  'constraint',
  'herald.suppressed_numbers: suppressed_numbers_hash_is_sha256',
  'CHECK ((octet_length(number_hash) = 32))'
),
('constraint', 'herald.suppressed_numbers: suppressed_numbers_pkey', 'PRIMARY KEY (number_hash)'),
('constraint', 'herald.ticks: ticks_has_one_row', 'CHECK (is_only_row)'),
('constraint', 'herald.ticks: ticks_pkey', 'PRIMARY KEY (is_only_row)'),
('constraint', 'herald.transitions: transitions_goes_somewhere', 'CHECK ((from_status <> to_status))'),
(
  'constraint',
  'herald.transitions: transitions_machine_is_known',
  'CHECK ((machine = ANY (ARRAY[''delivery''::text, ''job''::text, ''message''::text])))'
),
('constraint', 'herald.transitions: transitions_pkey', 'PRIMARY KEY (machine, from_status, to_status)'),
(
  'constraint',
  'herald.verification_limits: verification_limits_are_positive',
  'CHECK (((within > ''00:00:00''::interval) AND (most >= 0)))'
),
('constraint', 'herald.verification_limits: verification_limits_pkey', 'PRIMARY KEY (scope, within, phone_prefix)'),
(
  'constraint',
  'herald.verification_limits: verification_limits_prefix_is_of_a_number',
  'CHECK ((phone_prefix ~ ''^\+[0-9]{0,14}$''::text))'
),
(
  'constraint',
  'herald.verification_limits: verification_limits_scope_is_known',
  'CHECK ((scope = ANY (ARRAY[''user''::text, ''number''::text, ''country''::text])))'
),
('constraint', 'herald.verification_turns: verification_turns_pkey', 'PRIMARY KEY (whose)'),
(
  'constraint',
  'herald.verify_requests: verify_requests_kind_is_known',
  'CHECK ((kind = ANY (ARRAY[''start''::text, ''check''::text])))'
),
(
  'constraint',
  'herald.verify_requests: verify_requests_outcome_is_known',
  'CHECK ((outcome = ANY (ARRAY[''sent''::text, ''approved''::text, ''wrong''::text, ''over''::text, '
  || '''failed''::text])))'
),
('constraint', 'herald.verify_requests: verify_requests_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'herald.verify_requests: verify_requests_verification_id_fkey',
  'FOREIGN KEY (verification_id) REFERENCES herald.phone_verifications(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_attempts_are_counted',
  'CHECK (((attempts >= 0) AND (max_attempts > 0)))'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_channel_is_known',
  'CHECK ((channel = ANY (ARRAY[''push''::text, ''email''::text, ''sms''::text, ''in_app''::text])))'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_digest_id_fkey',
  'FOREIGN KEY (digest_id) REFERENCES herald.notification_digests(id) ON DELETE SET NULL NOT VALID'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_event_id_fkey',
  'FOREIGN KEY (event_id) REFERENCES public.notification_events(id) ON DELETE CASCADE'
),
('constraint', 'public.notification_deliveries: notification_deliveries_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_queue_job_id_fkey',
  'FOREIGN KEY (queue_job_id) REFERENCES public.queue_jobs(id) ON DELETE SET NULL NOT VALID'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_recipient_user_id_fkey',
  'FOREIGN KEY (recipient_user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_status_is_known',
  'CHECK ((status = ANY (ARRAY[''pending''::text, ''sent''::text, ''delivered''::text, ''failed''::text, '
  || '''bounced''::text, ''opened''::text, ''clicked''::text])))'
),
(
  'constraint',
  'public.notification_deliveries: notification_deliveries_subscription_id_fkey',
  'FOREIGN KEY (subscription_id) REFERENCES public.notification_subscriptions(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.notification_events: notification_events_actor_user_id_fkey',
  'FOREIGN KEY (actor_user_id) REFERENCES public.users(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.notification_events: notification_events_event_type_fkey',
  'FOREIGN KEY (event_type) REFERENCES herald.event_types(event_type) NOT VALID'
),
('constraint', 'public.notification_events: notification_events_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.notification_events: notification_events_source_is_known',
  'CHECK ((event_source = ANY (ARRAY[''database_trigger''::text, ''worker_job''::text, ''api_action''::text, '
  || '''cron_scheduler''::text])))'
),
(
  'constraint',
  'public.notification_events: notification_events_target_user_id_fkey',
  'FOREIGN KEY (target_user_id) REFERENCES public.users(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.notification_events: notification_events_type_is_domain_and_action',
  'CHECK ((event_type ~ ''^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$''::text))'
),
(
  'constraint',
  'public.notification_subscriptions: notification_subscriptions_created_by_fkey',
  'FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.notification_subscriptions: notification_subscriptions_event_type_fkey',
  'FOREIGN KEY (event_type) REFERENCES herald.event_types(event_type) NOT VALID'
),
('constraint', 'public.notification_subscriptions: notification_subscriptions_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.notification_subscriptions: notification_subscriptions_user_id_event_type_key',
  'UNIQUE (user_id, event_type)'
),
(
  'constraint',
  'public.notification_subscriptions: notification_subscriptions_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_suppressions: notification_suppressions_channel_is_known',
  'CHECK ((channel = ANY (ARRAY[''push''::text, ''email''::text, ''sms''::text, ''in_app''::text])))'
),
(
  'constraint',
  'public.notification_suppressions: notification_suppressions_event_id_fkey',
  'FOREIGN KEY (event_id) REFERENCES public.notification_events(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_suppressions: notification_suppressions_pkey',
  'PRIMARY KEY (event_id, recipient_user_id, channel)'
),
(
  'constraint',
  'public.notification_suppressions: notification_suppressions_recipient_user_id_fkey',
  'FOREIGN KEY (recipient_user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_tracking_links: notification_tracking_links_belongs_somewhere',
  'CHECK ((num_nonnulls(delivery_id, message_id) > 0))'
),
(
  'constraint',
  'public.notification_tracking_links: notification_tracking_links_code_is_base62',
  'CHECK ((short_code ~ ''^[0-9A-Za-z]+$''::text))'
),
(
  'constraint',
  'public.notification_tracking_links: notification_tracking_links_delivery_id_fkey',
  'FOREIGN KEY (delivery_id) REFERENCES public.notification_deliveries(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.notification_tracking_links: notification_tracking_links_message_id_fkey',
  'FOREIGN KEY (message_id) REFERENCES public.sms_messages(id) ON DELETE CASCADE'
),
('constraint', 'public.notification_tracking_links: notification_tracking_links_pkey', 'PRIMARY KEY (id)'),
('constraint', 'public.notification_tracking_links: notification_tracking_links_short_code_key', 'UNIQUE (short_code)'),
(
  'constraint',
  'public.notification_tracking_links: notification_tracking_links_target_is_http',
  'CHECK ((destination_url ~* ''^https?://[^[:space:]]+$''::text))'
),
('constraint', 'public.push_subscriptions: push_subscriptions_endpoint_key', 'UNIQUE (endpoint)'),
('constraint', 'public.push_subscriptions: push_subscriptions_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.push_subscriptions: push_subscriptions_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.queue_jobs: queue_jobs_attempts_are_counted',
  'CHECK (((attempts >= 0) AND (max_attempts > 0)))'
),
(
  'constraint',
  'public.queue_jobs: queue_jobs_lease_is_for_running',
  'CHECK (((status = ''processing''::public.queue_status) OR (lease_expires_at IS NULL)))'
),
('constraint', 'public.queue_jobs: queue_jobs_pkey', 'PRIMARY KEY (id)'),
('constraint', 'public.queue_jobs: queue_jobs_priority_is_in_range', 'CHECK (((priority >= 0) AND (priority <= 100)))'),
('constraint', 'public.queue_jobs: queue_jobs_queue_job_id_key', 'UNIQUE (queue_job_id)'),
(
  'constraint',
  'public.queue_jobs: queue_jobs_runs_under_a_token',
  'CHECK (((status = ''processing''::public.queue_status) = (processing_token IS NOT NULL)))'
),
(
  'constraint',
  'public.queue_jobs: queue_jobs_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.sms_messages: sms_messages_attempts_are_counted',
  'CHECK (((attempt_count >= 0) AND (max_attempts > 0)))'
),
(
  'constraint',
  'public.sms_messages: sms_messages_body_is_sendable',
  'CHECK (((message_content ~ ''[^[:space:]]''::text) AND (char_length(message_content) <= 1600)))'
),
(
  'constraint',
  'public.sms_messages: sms_messages_category_fkey',
  'FOREIGN KEY (category) REFERENCES herald.sms_categories(category)'
),
(
  'constraint',
  'public.sms_messages: sms_messages_erased_is_over',
  'CHECK (((status <> ALL (ARRAY[''pending''::public.sms_status, ''scheduled''::public.sms_status, '
  || '''queued''::public.sms_status, ''sending''::public.sms_status])) OR (num_nonnulls(words_erased_at, '
  || 'number_erased_at) = 0))) NOT VALID'
),
(
  'constraint',
  'public.sms_messages: sms_messages_notification_delivery_id_fkey',
  'FOREIGN KEY (notification_delivery_id) REFERENCES public.notification_deliveries(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_parent_message_id_fkey',
  'FOREIGN KEY (parent_message_id) REFERENCES public.sms_messages(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_phone_is_e164',
  'CHECK (((phone_number ~ ''^\+[1-9][0-9]{6,14}$''::text) OR (number_erased_at IS NOT NULL))) NOT VALID'
),
('constraint', 'public.sms_messages: sms_messages_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.sms_messages: sms_messages_project_id_fkey',
  'FOREIGN KEY (project_id) REFERENCES public.projects(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_queue_job_id_fkey',
  'FOREIGN KEY (queue_job_id) REFERENCES public.queue_jobs(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_routine_fkey',
  'FOREIGN KEY (routine) REFERENCES herald.sms_routines(category) NOT VALID'
),
(
  'constraint',
  'public.sms_messages: sms_messages_scheduled_has_time',
  'CHECK (((status <> ''scheduled''::public.sms_status) OR (scheduled_for IS NOT NULL)))'
),
(
  'constraint',
  'public.sms_messages: sms_messages_task_id_fkey',
  'FOREIGN KEY (task_id) REFERENCES public.tasks(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_template_id_fkey',
  'FOREIGN KEY (template_id) REFERENCES public.sms_templates(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_messages: sms_messages_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.sms_templates: sms_templates_body_is_not_blank',
  'CHECK ((message_template ~ ''[^[:space:]]''::text))'
),
(
  'constraint',
  'public.sms_templates: sms_templates_created_by_fkey',
  'FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL'
),
(
  'constraint',
  'public.sms_templates: sms_templates_key_is_snake_case',
  'CHECK (((template_key)::text ~ ''^[a-z0-9_]+$''::text))'
),
(
  'constraint',
  'public.sms_templates: sms_templates_max_length_is_sendable',
  'CHECK (((max_length >= 1) AND (max_length <= 1600)))'
),
('constraint', 'public.sms_templates: sms_templates_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.sms_templates: sms_templates_required_vars_are_a_list',
  'CHECK ((jsonb_typeof(required_vars) = ''array''::text))'
),
('constraint', 'public.sms_templates: sms_templates_template_key_key', 'UNIQUE (template_key)'),
(
  'constraint',
  'public.sms_templates: sms_templates_vars_are_an_object',
  'CHECK ((jsonb_typeof(template_vars) = ''object''::text))'
),
(
  'constraint',
  'public.user_notification_preferences: user_notification_preferences_event_type_fkey',
  'FOREIGN KEY (event_type) REFERENCES herald.event_types(event_type) NOT VALID'
),
('constraint', 'public.user_notification_preferences: user_notification_preferences_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.user_notification_preferences: user_notification_preferences_priority_is_known',
  'CHECK ((priority = ANY (ARRAY[''urgent''::text, ''normal''::text, ''low''::text])))'
),
(
  'constraint',
  'public.user_notification_preferences: user_notification_preferences_user_id_event_type_key',
  'UNIQUE (user_id, event_type)'
),
(
  'constraint',
  'public.user_notification_preferences: user_notification_preferences_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
(
  'constraint',
  'public.user_sms_preferences: user_sms_preferences_count_is_not_negative',
  'CHECK ((daily_sms_count >= 0))'
),
(
  'constraint',
  'public.user_sms_preferences: user_sms_preferences_hourly_limit_is_not_negative',
  'CHECK ((hourly_sms_limit >= 0)) NOT VALID'
),
(
  'constraint',
  'public.user_sms_preferences: user_sms_preferences_limit_is_not_negative',
  'CHECK ((daily_sms_limit >= 0))'
),
(
  'constraint',
  'public.user_sms_preferences: user_sms_preferences_phone_is_e164',
  'CHECK ((phone_number ~ ''^\+[1-9][0-9]{6,14}$''::text))'
),
('constraint', 'public.user_sms_preferences: user_sms_preferences_pkey', 'PRIMARY KEY (id)'),
(
  'constraint',
  'public.user_sms_preferences: user_sms_preferences_user_id_fkey',
  'FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE'
),
('constraint', 'public.user_sms_preferences: user_sms_preferences_user_id_key', 'UNIQUE (user_id)'),
(
  'function',
  'herald.admin_user_ids',
  ' returns uuid as its owner s {"search_path=pg_catalog, pg_temp"} '
  || 'c3a05cb42d741a2efceb1c3e15373821371a589bb152b42af1c4f01798bc7951'
),
(
  'function',
  'herald.close_table',
  'p_table regclass returns void v {"search_path=pg_catalog, pg_temp"} '
  || '787c6189690a6d0f1232d727d98ac79249ae3f472b127eb4682ed0f0a5567a21'
),
(
  'function',
  'herald.routine_words',
  'p_category text, p_user_ids uuid[], p_at timestamp with time zone returns record s {"search_path=pg_catalog, '
  || 'pg_temp"} 70e05d9fd9be0a9af2380fadf1004ce8676927a2a5ee8086f6af9cf9c90a6ce7'
),
(
  'function',
  'herald.user_contacts',
  'p_user_ids uuid[] returns record as its owner s {"search_path=pg_catalog, pg_temp"} '
  || '9b2c06e701670811412dbc8485619375e870bbf98343b117a9777bbece277af9'
),
('index', 'herald.admins: admins_pkey', 'CREATE UNIQUE INDEX admins_pkey ON herald.admins USING btree (user_id)'),
(
  'index',
  'herald.automatic_subscriptions: automatic_subscriptions_event_type_idx',
  'CREATE INDEX automatic_subscriptions_event_type_idx ON herald.automatic_subscriptions USING btree (event_type)'
),
(
  'index',
  'herald.automatic_subscriptions: automatic_subscriptions_pkey',
  'CREATE UNIQUE INDEX automatic_subscriptions_pkey ON herald.automatic_subscriptions USING btree (user_id, '
  || 'event_type)'
),
(
  'index',
  'herald.consent_log: consent_log_day_idx',
  'CREATE INDEX consent_log_day_idx ON herald.consent_log USING btree ((((recorded_at AT TIME ZONE '
  || '''UTC''::text))::date))'
),
(
  'index',
  'herald.consent_log: consent_log_kept_idx',
  'CREATE INDEX consent_log_kept_idx ON herald.consent_log USING btree (recorded_at) WHERE ((phone_number IS NOT '
  || 'NULL) OR (words IS NOT NULL))'
),
(
  'index',
  'herald.consent_log: consent_log_number_hash_idx',
  'CREATE INDEX consent_log_number_hash_idx ON herald.consent_log USING btree (number_hash, id)'
),
(
  'index',
  'herald.consent_log: consent_log_pkey',
  'CREATE UNIQUE INDEX consent_log_pkey ON herald.consent_log USING btree (id)'
),
(
  'index',
  'herald.consent_log: consent_log_user_id_idx',
  'CREATE INDEX consent_log_user_id_idx ON herald.consent_log USING btree (user_id, id)'
),
(
  'index',
  'herald.deleted_event_users: deleted_event_users_event_id_idx',
  'CREATE INDEX deleted_event_users_event_id_idx ON herald.deleted_event_users USING btree (event_id)'
),
(
  'index',
  'herald.deleted_event_users: deleted_event_users_pkey',
  'CREATE UNIQUE INDEX deleted_event_users_pkey ON herald.deleted_event_users USING btree (user_id, event_id)'
),
(
  'index',
  'herald.erasure_rows: erasure_rows_pkey',
  'CREATE UNIQUE INDEX erasure_rows_pkey ON herald.erasure_rows USING btree (user_id, kind, row_id)'
),
(
  'index',
  'herald.erasures: erasures_open_idx',
  'CREATE INDEX erasures_open_idx ON herald.erasures USING btree (continued_at) WHERE (finished_at IS NULL)'
),
(
  'index',
  'herald.erasures: erasures_pkey',
  'CREATE UNIQUE INDEX erasures_pkey ON herald.erasures USING btree (user_id)'
),
(
  'index',
  'herald.event_types: event_types_pkey',
  'CREATE UNIQUE INDEX event_types_pkey ON herald.event_types USING btree (event_type)'
),
(
  'index',
  'herald.event_types: event_types_sms_category_idx',
  'CREATE INDEX event_types_sms_category_idx ON herald.event_types USING btree (sms_category)'
),
(
  'index',
  'herald.event_types: event_types_sms_template_key_idx',
  'CREATE INDEX event_types_sms_template_key_idx ON herald.event_types USING btree (sms_template_key)'
),
(
  'index',
  'herald.failing_numbers: failing_numbers_pkey',
  'CREATE UNIQUE INDEX failing_numbers_pkey ON herald.failing_numbers USING btree (number_hash)'
),
(
  'index',
  'herald.health_limits: health_limits_pkey',
  'CREATE UNIQUE INDEX health_limits_pkey ON herald.health_limits USING btree (check_name)'
),
(
  'index',
  'herald.health_limits: health_limits_place_key',
  'CREATE UNIQUE INDEX health_limits_place_key ON herald.health_limits USING btree (place)'
),
(
  'index',
  'herald.host_tables: host_tables_pkey',
  'CREATE UNIQUE INDEX host_tables_pkey ON herald.host_tables USING btree (table_name)'
),
(
  'index',
  'herald.inbound_sms: inbound_sms_number_hash_idx',
  'CREATE INDEX inbound_sms_number_hash_idx ON herald.inbound_sms USING btree (number_hash, received_at)'
),
(
  'index',
  'herald.inbound_sms: inbound_sms_number_kept_idx',
  'CREATE INDEX inbound_sms_number_kept_idx ON herald.inbound_sms USING btree (received_at) WHERE ((NOT '
  || 'needs_review) AND (from_number IS NOT NULL))'
),
(
  'index',
  'herald.inbound_sms: inbound_sms_pkey',
  'CREATE UNIQUE INDEX inbound_sms_pkey ON herald.inbound_sms USING btree (twilio_sid)'
),
(
  'index',
  'herald.inbound_sms: inbound_sms_review_idx',
  'CREATE INDEX inbound_sms_review_idx ON herald.inbound_sms USING btree (received_at) WHERE needs_review'
),
(
  'index',
  'herald.inbound_sms: inbound_sms_words_kept_idx',
  'CREATE INDEX inbound_sms_words_kept_idx ON herald.inbound_sms USING btree (received_at) WHERE ((NOT '
  || 'needs_review) AND ((words IS NOT NULL) OR (parameters <> ''{}''::jsonb)))'
),
(
  'index',
  'herald.installation: installation_pkey',
  'CREATE UNIQUE INDEX installation_pkey ON herald.installation USING btree (is_only_row)'
),
(
  'index',
  'herald.installed_objects: installed_objects_pkey',
  'CREATE UNIQUE INDEX installed_objects_pkey ON herald.installed_objects USING btree (object_type, object_name)'
),
(
  'index',
  'herald.installed_routines: installed_routines_pkey',
  'CREATE UNIQUE INDEX installed_routines_pkey ON herald.installed_routines USING btree (signature)'
),
(
  'index',
  'herald.legal_windows: legal_windows_are_said_once',
  'CREATE UNIQUE INDEX legal_windows_are_said_once ON herald.legal_windows USING btree (phone_prefix, category, '
  || 'opens, closes, timezone) NULLS NOT DISTINCT'
),
(
  'index',
  'herald.legal_windows: legal_windows_category_idx',
  'CREATE INDEX legal_windows_category_idx ON herald.legal_windows USING btree (category)'
),
(
  'index',
  'herald.legal_windows: legal_windows_pkey',
  'CREATE UNIQUE INDEX legal_windows_pkey ON herald.legal_windows USING btree (id)'
),
(
  'index',
  'herald.link_bots: link_bots_pkey',
  'CREATE UNIQUE INDEX link_bots_pkey ON herald.link_bots USING btree (pattern)'
),
(
  'index',
  'herald.notification_digest_events: notification_digest_events_event_id_idx',
  'CREATE INDEX notification_digest_events_event_id_idx ON herald.notification_digest_events USING btree '
  || '(event_id)'
),
(
  'index',
  'herald.notification_digest_events: notification_digest_events_pkey',
  'CREATE UNIQUE INDEX notification_digest_events_pkey ON herald.notification_digest_events USING btree '
  || '(digest_id, event_id)'
),
(
  'index',
  'herald.notification_digests: notification_digests_due_idx',
  'CREATE INDEX notification_digests_due_idx ON herald.notification_digests USING btree (due_at) WHERE '
  || '(flushed_at IS NULL)'
),
(
  'index',
  'herald.notification_digests: notification_digests_event_type_idx',
  'CREATE INDEX notification_digests_event_type_idx ON herald.notification_digests USING btree (event_type)'
),
(
  'index',
  'herald.notification_digests: notification_digests_open_idx',
  'CREATE UNIQUE INDEX notification_digests_open_idx ON herald.notification_digests USING btree (user_id, '
  || 'event_type) WHERE (flushed_at IS NULL)'
),
(
  'index',
  'herald.notification_digests: notification_digests_pkey',
  'CREATE UNIQUE INDEX notification_digests_pkey ON herald.notification_digests USING btree (id)'
),
(
  'index',
  'herald.notification_digests: notification_digests_user_id_idx',
  'CREATE INDEX notification_digests_user_id_idx ON herald.notification_digests USING btree (user_id)'
),
(
  'index',
  'herald.notification_latecomers: notification_latecomers_noted_at_idx',
  'CREATE INDEX notification_latecomers_noted_at_idx ON herald.notification_latecomers USING btree (noted_at)'
),
(
  'index',
  'herald.notification_latecomers: notification_latecomers_pkey',
  'CREATE UNIQUE INDEX notification_latecomers_pkey ON herald.notification_latecomers USING btree (event_id, '
  || 'user_id)'
),
(
  'index',
  'herald.notification_turns: notification_turns_pkey',
  'CREATE UNIQUE INDEX notification_turns_pkey ON herald.notification_turns USING btree (user_id, event_type)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_country_idx',
  'CREATE INDEX phone_verifications_country_idx ON herald.phone_verifications USING btree (country, created_at)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_message_id_idx',
  'CREATE INDEX phone_verifications_message_id_idx ON herald.phone_verifications USING btree (message_id) WHERE '
  || '(message_id IS NOT NULL)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_number_idx',
  'CREATE INDEX phone_verifications_number_idx ON herald.phone_verifications USING btree (number_hash, '
  || 'created_at)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_open_idx',
  'CREATE UNIQUE INDEX phone_verifications_open_idx ON herald.phone_verifications USING btree (user_id) WHERE '
  || '(ended_at IS NULL)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_over_idx',
  'CREATE INDEX phone_verifications_over_idx ON herald.phone_verifications USING btree (created_at) WHERE '
  || '((ended_at IS NOT NULL) AND (redacted_at IS NOT NULL))'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_pkey',
  'CREATE UNIQUE INDEX phone_verifications_pkey ON herald.phone_verifications USING btree (id)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_readable_idx',
  'CREATE INDEX phone_verifications_readable_idx ON herald.phone_verifications USING btree (expires_at) WHERE '
  || '(redacted_at IS NULL)'
),
(
  'index',
  'herald.phone_verifications: phone_verifications_user_id_idx',
  'CREATE INDEX phone_verifications_user_id_idx ON herald.phone_verifications USING btree (user_id, created_at)'
),
(
  'index',
  'herald.provider_codes: provider_codes_pkey',
  'CREATE UNIQUE INDEX provider_codes_pkey ON herald.provider_codes USING btree (error_code)'
),
(
  'index',
  'herald.reply_words: reply_words_pkey',
  'CREATE UNIQUE INDEX reply_words_pkey ON herald.reply_words USING btree (words)'
),
(
  'index',
  'herald.report_codes: report_codes_pkey',
  'CREATE UNIQUE INDEX report_codes_pkey ON herald.report_codes USING btree (error_code)'
),
(
  'index',
  'herald.retention: retention_pkey',
  'CREATE UNIQUE INDEX retention_pkey ON herald.retention USING btree (policy)'
),
('index', 'herald.runners: runners_pkey', 'CREATE UNIQUE INDEX runners_pkey ON herald.runners USING btree (runner)'),
('index', 'herald.senders: senders_pkey', 'CREATE UNIQUE INDEX senders_pkey ON herald.senders USING btree (sender)'),
(
  'index',
  'herald.settings: settings_pkey',
  'CREATE UNIQUE INDEX settings_pkey ON herald.settings USING btree (is_only_row)'
),
(
  'index',
  'herald.sms_attempts: sms_attempts_message_id_idx',
  'CREATE INDEX sms_attempts_message_id_idx ON herald.sms_attempts USING btree (message_id)'
),
(
  'index',
  'herald.sms_attempts: sms_attempts_open_idx',
  'CREATE INDEX sms_attempts_open_idx ON herald.sms_attempts USING btree (runner) WHERE (outcome IS NULL)'
),
(
  'index',
  'herald.sms_attempts: sms_attempts_pkey',
  'CREATE UNIQUE INDEX sms_attempts_pkey ON herald.sms_attempts USING btree (id)'
),
(
  'index',
  'herald.sms_attempts: sms_attempts_started_at_idx',
  'CREATE INDEX sms_attempts_started_at_idx ON herald.sms_attempts USING btree (started_at)'
),
(
  'index',
  'herald.sms_attempts: sms_attempts_twilio_sid_idx',
  'CREATE INDEX sms_attempts_twilio_sid_idx ON herald.sms_attempts USING btree (twilio_sid) WHERE (twilio_sid IS '
  || 'NOT NULL)'
),
(
  'index',
  'herald.sms_categories: sms_categories_pkey',
  'CREATE UNIQUE INDEX sms_categories_pkey ON herald.sms_categories USING btree (category)'
),
(
  'index',
  'herald.sms_routines: sms_routines_pkey',
  'CREATE UNIQUE INDEX sms_routines_pkey ON herald.sms_routines USING btree (category)'
),
(
  'index',
  'herald.sms_status_log: sms_status_log_keeps_each_status_once',
  'CREATE UNIQUE INDEX sms_status_log_keeps_each_status_once ON herald.sms_status_log USING btree (twilio_sid, '
  || 'twilio_status, error_code) NULLS NOT DISTINCT'
),
(
  'index',
  'herald.sms_status_log: sms_status_log_kept_idx',
  'CREATE INDEX sms_status_log_kept_idx ON herald.sms_status_log USING btree (last_received_at) WHERE '
  || '(parameters <> ''{}''::jsonb)'
),
(
  'index',
  'herald.sms_status_log: sms_status_log_message_id_idx',
  'CREATE INDEX sms_status_log_message_id_idx ON herald.sms_status_log USING btree (message_id) WHERE '
  || '(message_id IS NOT NULL)'
),
(
  'index',
  'herald.sms_status_log: sms_status_log_pkey',
  'CREATE UNIQUE INDEX sms_status_log_pkey ON herald.sms_status_log USING btree (id)'
),
(
  'index',
  'herald.sms_status_log: sms_status_log_stray_idx',
  'CREATE INDEX sms_status_log_stray_idx ON herald.sms_status_log USING btree (attempt_id) WHERE ((message_id IS '
  || 'NULL) AND (attempt_id IS NOT NULL))'
),
(
  'index',
  'herald.sms_template_uses: sms_template_uses_pkey',
  'CREATE UNIQUE INDEX sms_template_uses_pkey ON herald.sms_template_uses USING btree (template_id, id)'
),
(
  'index',
  'herald.suppressed_numbers: suppressed_numbers_kept_idx',
  'CREATE INDEX suppressed_numbers_kept_idx ON herald.suppressed_numbers USING btree (suppressed_at) WHERE '
  || '(phone_number IS NOT NULL)'
),
(
  'index',
  'herald.suppressed_numbers: suppressed_numbers_pkey',
  'CREATE UNIQUE INDEX suppressed_numbers_pkey ON herald.suppressed_numbers USING btree (number_hash)'
),
('index', 'herald.ticks: ticks_pkey', 'CREATE UNIQUE INDEX ticks_pkey ON herald.ticks USING btree (is_only_row)'),
(
  'index',
  'herald.transitions: transitions_pkey',
  'CREATE UNIQUE INDEX transitions_pkey ON herald.transitions USING btree (machine, from_status, to_status)'
),
(
  'index',
  'herald.verification_limits: verification_limits_pkey',
  'CREATE UNIQUE INDEX verification_limits_pkey ON herald.verification_limits USING btree (scope, within, '
  || 'phone_prefix)'
),
(
  'index',
  'herald.verification_turns: verification_turns_pkey',
  'CREATE UNIQUE INDEX verification_turns_pkey ON herald.verification_turns USING btree (whose)'
),
(
  'index',
  'herald.verify_requests: verify_requests_pkey',
  'CREATE UNIQUE INDEX verify_requests_pkey ON herald.verify_requests USING btree (id)'
),
(
  'index',
  'herald.verify_requests: verify_requests_verification_id_idx',
  'CREATE INDEX verify_requests_verification_id_idx ON herald.verify_requests USING btree (verification_id, '
  || 'created_at)'
),
(
  'index',
  'herald.verify_requests: verify_requests_waiting_idx',
  'CREATE INDEX verify_requests_waiting_idx ON herald.verify_requests USING btree (created_at) WHERE (claimed_at '
  || 'IS NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_channel_idx',
  'CREATE INDEX notification_deliveries_channel_idx ON public.notification_deliveries USING btree (channel)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_created_at_idx',
  'CREATE INDEX notification_deliveries_created_at_idx ON public.notification_deliveries USING btree (created_at)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_digest_id_idx',
  'CREATE INDEX notification_deliveries_digest_id_idx ON public.notification_deliveries USING btree (digest_id) '
  || 'WHERE (digest_id IS NOT NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_expiry_idx',
  'CREATE INDEX notification_deliveries_expiry_idx ON public.notification_deliveries USING btree (expires_at) '
  || 'WHERE ((status = ''pending''::text) AND (expires_at IS NOT NULL))'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_external_id_idx',
  'CREATE INDEX notification_deliveries_external_id_idx ON public.notification_deliveries USING btree '
  || '(external_id) WHERE (external_id IS NOT NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_in_app_idx',
  'CREATE INDEX notification_deliveries_in_app_idx ON public.notification_deliveries USING btree '
  || '(recipient_user_id, delivered_at) WHERE (channel = ''in_app''::text)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_kept_idx',
  'CREATE INDEX notification_deliveries_kept_idx ON public.notification_deliveries USING btree '
  || '(GREATEST(created_at, sent_at, delivered_at, opened_at, clicked_at, failed_at, bounced_at)) WHERE ((erased_at '
  || 'IS NULL) AND (status <> ''pending''::text))'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_once_idx',
  'CREATE UNIQUE INDEX notification_deliveries_once_idx ON public.notification_deliveries USING btree (event_id, '
  || 'recipient_user_id, channel, channel_identifier) NULLS NOT DISTINCT WHERE (event_id IS NOT NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_pkey',
  'CREATE UNIQUE INDEX notification_deliveries_pkey ON public.notification_deliveries USING btree (id)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_planned_idx',
  'CREATE INDEX notification_deliveries_planned_idx ON public.notification_deliveries USING btree '
  || '(scheduled_for) WHERE ((status = ''pending''::text) AND (channel <> ''sms''::text) AND (queue_job_id IS NULL))'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_queue_job_id_idx',
  'CREATE UNIQUE INDEX notification_deliveries_queue_job_id_idx ON public.notification_deliveries USING btree '
  || '(queue_job_id) WHERE (queue_job_id IS NOT NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_recipient_idx',
  'CREATE INDEX notification_deliveries_recipient_idx ON public.notification_deliveries USING btree '
  || '(recipient_user_id, COALESCE(scheduled_for, created_at))'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_status_idx',
  'CREATE INDEX notification_deliveries_status_idx ON public.notification_deliveries USING btree (status)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_subscription_id_idx',
  'CREATE INDEX notification_deliveries_subscription_id_idx ON public.notification_deliveries USING btree '
  || '(subscription_id)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_tracking_id_idx',
  'CREATE INDEX notification_deliveries_tracking_id_idx ON public.notification_deliveries USING btree '
  || '(tracking_id) WHERE (tracking_id IS NOT NULL)'
),
(
  'index',
  'public.notification_deliveries: notification_deliveries_unread_idx',
  'CREATE INDEX notification_deliveries_unread_idx ON public.notification_deliveries USING btree '
  || '(recipient_user_id) WHERE ((channel = ''in_app''::text) AND (status = ''delivered''::text))'
),
(
  'index',
  'public.notification_events: notification_events_actor_user_id_idx',
  'CREATE INDEX notification_events_actor_user_id_idx ON public.notification_events USING btree (actor_user_id)'
),
(
  'index',
  'public.notification_events: notification_events_created_at_idx',
  'CREATE INDEX notification_events_created_at_idx ON public.notification_events USING btree (created_at)'
),
(
  'index',
  'public.notification_events: notification_events_event_type_idx',
  'CREATE INDEX notification_events_event_type_idx ON public.notification_events USING btree (event_type)'
),
(
  'index',
  'public.notification_events: notification_events_idempotency_key_idx',
  'CREATE UNIQUE INDEX notification_events_idempotency_key_idx ON public.notification_events USING btree '
  || '(idempotency_key) WHERE (idempotency_key IS NOT NULL)'
),
(
  'index',
  'public.notification_events: notification_events_kept_idx',
  'CREATE INDEX notification_events_kept_idx ON public.notification_events USING btree (GREATEST(created_at, '
  || 'scheduled_for)) WHERE (redacted_at IS NULL)'
),
(
  'index',
  'public.notification_events: notification_events_pkey',
  'CREATE UNIQUE INDEX notification_events_pkey ON public.notification_events USING btree (id)'
),
(
  'index',
  'public.notification_events: notification_events_target_user_id_idx',
  'CREATE INDEX notification_events_target_user_id_idx ON public.notification_events USING btree (target_user_id)'
),
(
  'index',
  'public.notification_subscriptions: notification_subscriptions_created_by_idx',
  'CREATE INDEX notification_subscriptions_created_by_idx ON public.notification_subscriptions USING btree '
  || '(created_by)'
),
(
  'index',
  'public.notification_subscriptions: notification_subscriptions_event_type_idx',
  'CREATE INDEX notification_subscriptions_event_type_idx ON public.notification_subscriptions USING btree '
  || '(event_type)'
),
(
  'index',
  'public.notification_subscriptions: notification_subscriptions_pkey',
  'CREATE UNIQUE INDEX notification_subscriptions_pkey ON public.notification_subscriptions USING btree (id)'
),
(
  'index',
  'public.notification_subscriptions: notification_subscriptions_user_id_event_type_key',
  'CREATE UNIQUE INDEX notification_subscriptions_user_id_event_type_key ON public.notification_subscriptions '
  || 'USING btree (user_id, event_type)'
),
(
  'index',
  'public.notification_suppressions: notification_suppressions_pkey',
  'CREATE UNIQUE INDEX notification_suppressions_pkey ON public.notification_suppressions USING btree (event_id, '
  || 'recipient_user_id, channel)'
),
(
  'index',
  'public.notification_suppressions: notification_suppressions_recipient_idx',
  'CREATE INDEX notification_suppressions_recipient_idx ON public.notification_suppressions USING btree '
  || '(recipient_user_id, created_at)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_day_idx',
  'CREATE INDEX notification_tracking_links_day_idx ON public.notification_tracking_links USING brin '
  || '((((created_at AT TIME ZONE ''UTC''::text))::date)) WITH (pages_per_range=''32'')'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_delivery_id_idx',
  'CREATE INDEX notification_tracking_links_delivery_id_idx ON public.notification_tracking_links USING btree '
  || '(delivery_id)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_kept_idx',
  'CREATE INDEX notification_tracking_links_kept_idx ON public.notification_tracking_links USING btree '
  || '(GREATEST(created_at, last_clicked_at, expires_at)) WHERE (erased_at IS NULL)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_message_id_idx',
  'CREATE INDEX notification_tracking_links_message_id_idx ON public.notification_tracking_links USING btree '
  || '(message_id) WHERE (message_id IS NOT NULL)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_once_idx',
  'CREATE UNIQUE INDEX notification_tracking_links_once_idx ON public.notification_tracking_links USING btree '
  || '(delivery_id, hashtextextended(destination_url, (0)::bigint)) WHERE (delivery_id IS NOT NULL)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_pkey',
  'CREATE UNIQUE INDEX notification_tracking_links_pkey ON public.notification_tracking_links USING btree (id)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_short_code_key',
  'CREATE UNIQUE INDEX notification_tracking_links_short_code_key ON public.notification_tracking_links USING '
  || 'btree (short_code)'
),
(
  'index',
  'public.notification_tracking_links: notification_tracking_links_text_once_idx',
  'CREATE UNIQUE INDEX notification_tracking_links_text_once_idx ON public.notification_tracking_links USING '
  || 'btree (message_id, hashtextextended(destination_url, (0)::bigint)) WHERE (message_id IS NOT NULL)'
),
(
  'index',
  'public.push_subscriptions: push_subscriptions_endpoint_key',
  'CREATE UNIQUE INDEX push_subscriptions_endpoint_key ON public.push_subscriptions USING btree (endpoint)'
),
(
  'index',
  'public.push_subscriptions: push_subscriptions_pkey',
  'CREATE UNIQUE INDEX push_subscriptions_pkey ON public.push_subscriptions USING btree (id)'
),
(
  'index',
  'public.push_subscriptions: push_subscriptions_user_id_idx',
  'CREATE INDEX push_subscriptions_user_id_idx ON public.push_subscriptions USING btree (user_id)'
),
(
  'index',
  'public.queue_jobs: queue_jobs_channel_idx',
  'CREATE INDEX queue_jobs_channel_idx ON public.queue_jobs USING btree (((metadata ->> ''channel''::text)), '
  || 'due_rank, scheduled_for) WHERE ((status = ANY (ARRAY[''pending''::public.queue_status, '
  || '''retrying''::public.queue_status])) AND (job_type = ''send_notification''::public.queue_type))'
),
(
  'index',
  'public.queue_jobs: queue_jobs_dedup_key_idx',
  'CREATE UNIQUE INDEX queue_jobs_dedup_key_idx ON public.queue_jobs USING btree (dedup_key) WHERE ((status = '
  || 'ANY (ARRAY[''pending''::public.queue_status, ''retrying''::public.queue_status])) AND (dedup_key IS NOT NULL))'
),
(
  'index',
  'public.queue_jobs: queue_jobs_due_idx',
  'CREATE INDEX queue_jobs_due_idx ON public.queue_jobs USING btree (job_type, due_rank, scheduled_for) WHERE '
  || '(status = ANY (ARRAY[''pending''::public.queue_status, ''retrying''::public.queue_status]))'
),
(
  'index',
  'public.queue_jobs: queue_jobs_finished_idx',
  'CREATE INDEX queue_jobs_finished_idx ON public.queue_jobs USING btree (completed_at) WHERE (completed_at IS '
  || 'NOT NULL)'
),
(
  'index',
  'public.queue_jobs: queue_jobs_held_idx',
  'CREATE INDEX queue_jobs_held_idx ON public.queue_jobs USING btree (id) INCLUDE (job_type) WHERE ((status = '
  || '''processing''::public.queue_status) AND (lease_expires_at IS NULL))'
),
(
  'index',
  'public.queue_jobs: queue_jobs_lease_idx',
  'CREATE INDEX queue_jobs_lease_idx ON public.queue_jobs USING btree (lease_expires_at) WHERE ((status = '
  || '''processing''::public.queue_status) AND (lease_expires_at IS NOT NULL))'
),
(
  'index',
  'public.queue_jobs: queue_jobs_pkey',
  'CREATE UNIQUE INDEX queue_jobs_pkey ON public.queue_jobs USING btree (id)'
),
(
  'index',
  'public.queue_jobs: queue_jobs_queue_job_id_key',
  'CREATE UNIQUE INDEX queue_jobs_queue_job_id_key ON public.queue_jobs USING btree (queue_job_id)'
),
(
  'index',
  'public.queue_jobs: queue_jobs_user_id_idx',
  'CREATE INDEX queue_jobs_user_id_idx ON public.queue_jobs USING btree (user_id, job_type)'
),
(
  'index',
  'public.sms_messages: sms_messages_calendar_event_idx',
  'CREATE INDEX sms_messages_calendar_event_idx ON public.sms_messages USING btree (((metadata ->> '
  || '''calendar_event_id''::text))) WHERE ((metadata ->> ''calendar_event_id''::text) IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_category_idx',
  'CREATE INDEX sms_messages_category_idx ON public.sms_messages USING brin (category) WITH '
  || '(pages_per_range=''32'', autosummarize=''on'')'
),
(
  'index',
  'public.sms_messages: sms_messages_counted_at_idx',
  'CREATE INDEX sms_messages_counted_at_idx ON public.sms_messages USING btree (user_id, counted_at) WHERE '
  || '(counted_at IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_created_at_idx',
  'CREATE INDEX sms_messages_created_at_idx ON public.sms_messages USING btree (created_at)'
),
(
  'index',
  'public.sms_messages: sms_messages_days_idx',
  'CREATE INDEX sms_messages_days_idx ON public.sms_messages USING brin ((((created_at AT TIME ZONE '
  || '''UTC''::text))::date), (((sent_at AT TIME ZONE ''UTC''::text))::date), (((delivered_at AT TIME ZONE '
  || '''UTC''::text))::date), (((failed_at AT TIME ZONE ''UTC''::text))::date), (((cancelled_at AT TIME ZONE '
  || '''UTC''::text))::date)) WITH (pages_per_range=''32'')'
),
(
  'index',
  'public.sms_messages: sms_messages_idempotency_key_idx',
  'CREATE UNIQUE INDEX sms_messages_idempotency_key_idx ON public.sms_messages USING btree (user_id, '
  || 'idempotency_key) WHERE (idempotency_key IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_look_idx',
  'CREATE INDEX sms_messages_look_idx ON public.sms_messages USING btree (status, look_at) WHERE ((status = ANY '
  || '(ARRAY[''sending''::public.sms_status, ''sent''::public.sms_status])) AND (look_at IS NOT NULL))'
),
(
  'index',
  'public.sms_messages: sms_messages_notification_delivery_id_idx',
  'CREATE UNIQUE INDEX sms_messages_notification_delivery_id_idx ON public.sms_messages USING btree '
  || '(notification_delivery_id) WHERE (notification_delivery_id IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_number_kept_idx',
  'CREATE INDEX sms_messages_number_kept_idx ON public.sms_messages USING btree (GREATEST(created_at, sent_at, '
  || 'delivered_at, failed_at, cancelled_at)) WHERE ((number_erased_at IS NULL) AND (status <> ALL '
  || '(ARRAY[''pending''::public.sms_status, ''scheduled''::public.sms_status, ''queued''::public.sms_status, '
  || '''sending''::public.sms_status])))'
),
(
  'index',
  'public.sms_messages: sms_messages_occurrence_idx',
  'CREATE UNIQUE INDEX sms_messages_occurrence_idx ON public.sms_messages USING btree (parent_message_id, '
  || 'occurrence) WHERE (occurrence IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_one_routine_idx',
  'CREATE UNIQUE INDEX sms_messages_one_routine_idx ON public.sms_messages USING btree (user_id, routine) WHERE '
  || '((routine IS NOT NULL) AND (status = ''scheduled''::public.sms_status))'
),
(
  'index',
  'public.sms_messages: sms_messages_parent_message_id_idx',
  'CREATE INDEX sms_messages_parent_message_id_idx ON public.sms_messages USING btree (parent_message_id) WHERE '
  || '(parent_message_id IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_pkey',
  'CREATE UNIQUE INDEX sms_messages_pkey ON public.sms_messages USING btree (id)'
),
(
  'index',
  'public.sms_messages: sms_messages_project_id_idx',
  'CREATE INDEX sms_messages_project_id_idx ON public.sms_messages USING btree (project_id) WHERE (project_id IS '
  || 'NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_queue_job_id_idx',
  'CREATE UNIQUE INDEX sms_messages_queue_job_id_idx ON public.sms_messages USING btree (queue_job_id) WHERE '
  || '(queue_job_id IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_routine_idx',
  'CREATE INDEX sms_messages_routine_idx ON public.sms_messages USING btree (routine) WHERE (routine IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_scheduled_for_idx',
  'CREATE INDEX sms_messages_scheduled_for_idx ON public.sms_messages USING btree (scheduled_for) WHERE (status '
  || '= ANY (ARRAY[''pending''::public.sms_status, ''scheduled''::public.sms_status]))'
),
(
  'index',
  'public.sms_messages: sms_messages_sending_idx',
  'CREATE INDEX sms_messages_sending_idx ON public.sms_messages USING btree (phone_number) WHERE (status = '
  || '''sending''::public.sms_status)'
),
(
  'index',
  'public.sms_messages: sms_messages_series_idx',
  'CREATE INDEX sms_messages_series_idx ON public.sms_messages USING btree (scheduled_for) WHERE '
  || '((recurrence_pattern IS NOT NULL) AND (status = ''scheduled''::public.sms_status))'
),
(
  'index',
  'public.sms_messages: sms_messages_task_id_idx',
  'CREATE INDEX sms_messages_task_id_idx ON public.sms_messages USING btree (task_id) WHERE (task_id IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_template_id_idx',
  'CREATE INDEX sms_messages_template_id_idx ON public.sms_messages USING btree (template_id) WHERE (template_id '
  || 'IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_times_idx',
  'CREATE INDEX sms_messages_times_idx ON public.sms_messages USING brin (scheduled_for, sent_at, delivered_at, '
  || 'failed_at, cancelled_at) WITH (pages_per_range=''32'', autosummarize=''on'')'
),
(
  'index',
  'public.sms_messages: sms_messages_twilio_sid_idx',
  'CREATE UNIQUE INDEX sms_messages_twilio_sid_idx ON public.sms_messages USING btree (twilio_sid) WHERE '
  || '(twilio_sid IS NOT NULL)'
),
(
  'index',
  'public.sms_messages: sms_messages_user_id_status_idx',
  'CREATE INDEX sms_messages_user_id_status_idx ON public.sms_messages USING btree (user_id, status)'
),
(
  'index',
  'public.sms_messages: sms_messages_waiting_number_idx',
  'CREATE INDEX sms_messages_waiting_number_idx ON public.sms_messages USING btree (phone_number) WHERE (status '
  || '= ANY (ARRAY[''pending''::public.sms_status, ''scheduled''::public.sms_status, '
  || '''queued''::public.sms_status]))'
),
(
  'index',
  'public.sms_messages: sms_messages_words_kept_idx',
  'CREATE INDEX sms_messages_words_kept_idx ON public.sms_messages USING btree (GREATEST(created_at, sent_at, '
  || 'delivered_at, failed_at, cancelled_at)) WHERE ((words_erased_at IS NULL) AND (status <> ALL '
  || '(ARRAY[''pending''::public.sms_status, ''scheduled''::public.sms_status, ''queued''::public.sms_status, '
  || '''sending''::public.sms_status])))'
),
(
  'index',
  'public.sms_templates: sms_templates_created_by_idx',
  'CREATE INDEX sms_templates_created_by_idx ON public.sms_templates USING btree (created_by)'
),
(
  'index',
  'public.sms_templates: sms_templates_pkey',
  'CREATE UNIQUE INDEX sms_templates_pkey ON public.sms_templates USING btree (id)'
),
(
  'index',
  'public.sms_templates: sms_templates_template_key_key',
  'CREATE UNIQUE INDEX sms_templates_template_key_key ON public.sms_templates USING btree (template_key)'
),
(
  'index',
  'public.user_notification_preferences: user_notification_preferences_event_type_idx',
  'CREATE INDEX user_notification_preferences_event_type_idx ON public.user_notification_preferences USING btree '
  || '(event_type)'
),
(
  'index',
  'public.user_notification_preferences: user_notification_preferences_pkey',
  'CREATE UNIQUE INDEX user_notification_preferences_pkey ON public.user_notification_preferences USING btree '
  || '(id)'
),
(
  'index',
  'public.user_notification_preferences: user_notification_preferences_user_id_event_type_key',
  'CREATE UNIQUE INDEX user_notification_preferences_user_id_event_type_key ON '
  || 'public.user_notification_preferences USING btree (user_id, event_type)'
),
(
  'index',
  'public.user_sms_preferences: user_sms_preferences_phone_number_idx',
  'CREATE INDEX user_sms_preferences_phone_number_idx ON public.user_sms_preferences USING btree (phone_number)'
),
(
  'index',
  'public.user_sms_preferences: user_sms_preferences_pkey',
  'CREATE UNIQUE INDEX user_sms_preferences_pkey ON public.user_sms_preferences USING btree (id)'
),
(
  'index',
  'public.user_sms_preferences: user_sms_preferences_user_id_key',
  'CREATE UNIQUE INDEX user_sms_preferences_user_id_key ON public.user_sms_preferences USING btree (user_id)'
),
(
  'policy',
  'public.notification_deliveries: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.notification_events: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.notification_subscriptions: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.notification_suppressions: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.notification_tracking_links: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.push_subscriptions: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.queue_jobs: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.sms_messages: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.sms_templates: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.user_notification_preferences: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
(
  'policy',
  'public.user_sms_preferences: the runner works on every row',
  'permissive * to herald_runner using true with check true'
),
('references', 'herald.admins', 'checked'),
('references', 'herald.automatic_subscriptions', 'checked'),
('references', 'herald.deleted_event_users', 'checked'),
('references', 'herald.event_types', 'checked'),
('references', 'herald.legal_windows', 'checked'),
('references', 'herald.notification_digest_events', 'checked'),
('references', 'herald.notification_digests', 'checked'),
('references', 'herald.notification_latecomers', 'checked'),
('references', 'herald.notification_turns', 'checked'),
('references', 'herald.phone_verifications', 'checked'),
('references', 'herald.sms_attempts', 'checked'),
('references', 'herald.sms_categories', 'checked'),
('references', 'herald.sms_routines', 'checked'),
('references', 'herald.sms_status_log', 'checked'),
('references', 'herald.sms_template_uses', 'checked'),
('references', 'herald.verify_requests', 'checked'),
('references', 'public.notification_deliveries', 'checked'),
('references', 'public.notification_events', 'checked'),
('references', 'public.notification_subscriptions', 'checked'),
('references', 'public.notification_suppressions', 'checked'),
('references', 'public.notification_tracking_links', 'checked'),
('references', 'public.push_subscriptions', 'checked'),
('references', 'public.queue_jobs', 'checked'),
('references', 'public.sms_messages', 'checked'),
('references', 'public.sms_templates', 'checked'),
('references', 'public.user_notification_preferences', 'checked'),
('references', 'public.user_sms_preferences', 'checked'),
('right to call', 'herald.admin_user_ids', 'herald_runner'),
('right to call', 'herald.close_table', 'nobody'),
('right to call', 'herald.routine_words', 'herald_runner'),
('right to call', 'herald.user_contacts', 'herald_runner'),
('rights on', 'herald.admins', 'herald_runner delete, insert, select'),
('rights on', 'herald.automatic_subscriptions', 'herald_runner delete, insert, select'),
(
  'rights on',
  'herald.consent_log',
  'herald_runner insert, select, update(phone_number), update(user_id), update(words)'
),
('rights on', 'herald.deleted_event_users', 'herald_runner delete, insert, select'),
('rights on', 'herald.erasure_rows', 'herald_runner delete, insert, select'),
('rights on', 'herald.erasures', 'herald_runner insert, select, update'),
('rights on', 'herald.event_types', 'herald_runner insert, select, update'),
('rights on', 'herald.failing_numbers', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.health_limits', 'herald_runner select'),
('rights on', 'herald.host_tables', 'nobody'),
('rights on', 'herald.inbound_sms', 'herald_runner insert, select, update'),
('rights on', 'herald.installation', 'herald_runner select'),
('rights on', 'herald.installed_objects', 'herald_runner select'),
('rights on', 'herald.installed_routines', 'nobody'),
('rights on', 'herald.legal_windows', 'herald_runner select'),
('rights on', 'herald.link_bots', 'herald_runner select'),
('rights on', 'herald.notification_digest_events', 'herald_runner insert, select'),
('rights on', 'herald.notification_digests', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.notification_latecomers', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.notification_turns', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.phone_verifications', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.provider_codes', 'herald_runner select'),
('rights on', 'herald.reply_words', 'herald_runner select'),
('rights on', 'herald.report_codes', 'herald_runner select'),
('rights on', 'herald.retention', 'herald_runner select, update'),
('rights on', 'herald.runners', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.senders', 'herald_runner insert, select, update'),
('rights on', 'herald.settings', 'herald_runner select, update'),
('rights on', 'herald.sms_attempts', 'herald_runner insert, select, update'),
('rights on', 'herald.sms_categories', 'herald_runner select'),
('rights on', 'herald.sms_routines', 'herald_runner select'),
('rights on', 'herald.sms_status_log', 'herald_runner insert, select, update'),
('rights on', 'herald.sms_template_uses', 'herald_runner delete, insert, select'),
('rights on', 'herald.suppressed_numbers', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.ticks', 'herald_runner select, update'),
('rights on', 'herald.transitions', 'herald_client select; herald_runner select'),
('rights on', 'herald.verification_limits', 'herald_runner select'),
('rights on', 'herald.verification_turns', 'herald_runner delete, insert, select, update'),
('rights on', 'herald.verify_requests', 'herald_runner delete, insert, select, update'),
(
  'rights on',
  'public.notification_deliveries',
  'herald_client select, update(status); herald_runner delete, insert, select, update'
),
(
  'rights on',
  'public.notification_events',
  'herald_client select(created_at), select(event_source), select(event_type), select(expires_at), select(id), '
  || 'select(payload), select(redacted_at), select(scheduled_for), select(target_user_id); herald_runner delete, '
  || 'insert, select, update'
),
(
  'rights on',
  'public.notification_subscriptions',
  'herald_client insert(event_type), insert(filters), insert(is_active), insert(updated_at), insert(user_id), '
  || 'select, update(event_type), update(filters), update(is_active), update(updated_at), update(user_id); '
  || 'herald_runner delete, insert, select, update'
),
(
  'rights on',
  'public.notification_suppressions',
  'herald_client select; herald_runner delete, insert, select, update(reason)'
),
(
  'rights on',
  'public.notification_tracking_links',
  'herald_client select(click_count), select(created_at), select(delivery_id), select(destination_url), '
  || 'select(expires_at), select(first_clicked_at), select(id), select(last_clicked_at), select(message_id), '
  || 'select(short_code); herald_runner delete, insert, select, update(bot_click_count), update(click_count), '
  || 'update(destination_url), update(erased_at), update(expires_at), update(first_clicked_at), '
  || 'update(last_clicked_at), update(metadata)'
),
(
  'rights on',
  'public.push_subscriptions',
  'herald_client insert(auth_key), insert(endpoint), insert(is_active), insert(last_used_at), '
  || 'insert(p256dh_key), insert(updated_at), insert(user_agent), insert(user_id), select, update(auth_key), '
  || 'update(endpoint), update(is_active), update(last_used_at), update(p256dh_key), update(updated_at), '
  || 'update(user_agent), update(user_id); herald_runner delete, insert, select, update'
),
(
  'rights on',
  'public.queue_jobs',
  'herald_client select(attempts), select(completed_at), select(created_at), select(id), select(job_type), '
  || 'select(lease_expires_at), select(max_attempts), select(priority), select(processed_at), select(queue_job_id), '
  || 'select(scheduled_for), select(started_at), select(status), select(updated_at), select(user_id); herald_runner '
  || 'delete, insert, select, update'
),
(
  'rights on',
  'public.sms_messages',
  'herald_client select(attempt_count), select(cancel_reason), select(cancelled_at), select(category), '
  || 'select(correlation_id), select(created_at), select(defer_reason), select(deferred_from), '
  || 'select(deferred_until), select(delivered_at), select(expires_at), select(failed_at), select(id), '
  || 'select(max_attempts), select(message_content), select(metadata), select(next_retry_at), '
  || 'select(notification_delivery_id), select(occurrence), select(parent_message_id), select(priority), '
  || 'select(project_id), select(queue_job_id), select(recurrence_ends), select(recurrence_last), '
  || 'select(recurrence_pattern), select(recurrence_start), select(recurrence_timezone), select(routine), '
  || 'select(scheduled_for), select(segment_count), select(sent_at), select(status), select(task_id), '
  || 'select(template_id), select(template_vars), select(twilio_error_code), select(twilio_error_message), '
  || 'select(twilio_sid), select(twilio_status), select(updated_at), select(user_id); herald_runner delete, insert, '
  || 'select, update'
),
('rights on', 'public.sms_templates', 'herald_runner delete, insert, select, update'),
(
  'rights on',
  'public.user_notification_preferences',
  'herald_client insert(batch_enabled), insert(batch_interval_minutes), insert(email_enabled), '
  || 'insert(event_type), insert(in_app_enabled), insert(max_per_day), insert(max_per_hour), insert(priority), '
  || 'insert(push_enabled), insert(quiet_hours_enabled), insert(quiet_hours_end), insert(quiet_hours_start), '
  || 'insert(sms_enabled), insert(timezone), insert(updated_at), insert(user_id), select, update(batch_enabled), '
  || 'update(batch_interval_minutes), update(email_enabled), update(event_type), update(in_app_enabled), '
  || 'update(max_per_day), update(max_per_hour), update(priority), update(push_enabled), '
  || 'update(quiet_hours_enabled), update(quiet_hours_end), update(quiet_hours_start), update(sms_enabled), '
  || 'update(timezone), update(updated_at), update(user_id); herald_runner delete, insert, select, update'
),
(
  'rights on',
  'public.user_sms_preferences',
  'herald_client insert(daily_brief_sms), insert(evening_recap_enabled), insert(event_reminders_enabled), '
  || 'insert(marketing_enabled), insert(morning_kickoff_enabled), insert(morning_kickoff_time), '
  || 'insert(next_up_enabled), insert(phone_number), insert(quiet_hours_end), insert(quiet_hours_start), '
  || 'insert(task_reminders), insert(timezone), insert(updated_at), insert(urgent_alerts), insert(user_id), select, '
  || 'update(daily_brief_sms), update(evening_recap_enabled), update(event_reminders_enabled), '
  || 'update(marketing_enabled), update(morning_kickoff_enabled), update(morning_kickoff_time), '
  || 'update(next_up_enabled), update(phone_number), update(quiet_hours_end), update(quiet_hours_start), '
  || 'update(task_reminders), update(timezone), update(updated_at), update(urgent_alerts), update(user_id); '
  || 'herald_runner delete, insert, select, update'
),
('schema', 'herald', 'herald_client usage, herald_runner usage'),
('storage', 'herald.admins', 'default'),
('storage', 'herald.automatic_subscriptions', 'default'),
('storage', 'herald.consent_log', 'autovacuum_vacuum_insert_scale_factor=0.05'),
('storage', 'herald.deleted_event_users', 'default'),
('storage', 'herald.erasure_rows', 'default'),
('storage', 'herald.erasures', 'default'),
('storage', 'herald.event_types', 'default'),
('storage', 'herald.failing_numbers', 'default'),
('storage', 'herald.health_limits', 'default'),
('storage', 'herald.host_tables', 'default'),
('storage', 'herald.inbound_sms', 'autovacuum_vacuum_insert_scale_factor=0.05'),
('storage', 'herald.installation', 'default'),
('storage', 'herald.installed_objects', 'default'),
('storage', 'herald.installed_routines', 'default'),
('storage', 'herald.legal_windows', 'default'),
('storage', 'herald.link_bots', 'default'),
('storage', 'herald.notification_digest_events', 'autovacuum_vacuum_insert_scale_factor=0.05'),
(
  'storage',
  'herald.notification_digests',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000, '
  || 'fillfactor=70'
),
(
  'storage',
  'herald.notification_latecomers',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=2000'
),
(
  'storage',
  'herald.notification_turns',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000, '
  || 'fillfactor=70'
),
('storage', 'herald.phone_verifications', 'default'),
('storage', 'herald.provider_codes', 'default'),
('storage', 'herald.reply_words', 'default'),
('storage', 'herald.report_codes', 'default'),
('storage', 'herald.retention', 'default'),
('storage', 'herald.runners', 'autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500, fillfactor=50'),
('storage', 'herald.senders', 'autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500, fillfactor=50'),
('storage', 'herald.settings', 'default'),
(
  'storage',
  'herald.sms_attempts',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_insert_scale_factor=0.05, '
  || 'autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=2000'
),
('storage', 'herald.sms_categories', 'default'),
('storage', 'herald.sms_routines', 'default'),
('storage', 'herald.sms_status_log', 'autovacuum_vacuum_insert_scale_factor=0.05'),
(
  'storage',
  'herald.sms_template_uses',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=2000'
),
('storage', 'herald.suppressed_numbers', 'default'),
('storage', 'herald.ticks', 'fillfactor=50'),
('storage', 'herald.transitions', 'default'),
('storage', 'herald.verification_limits', 'default'),
('storage', 'herald.verification_turns', 'fillfactor=70'),
('storage', 'herald.verify_requests', 'default'),
(
  'storage',
  'public.notification_deliveries',
  'autovacuum_analyze_scale_factor=0.02, autovacuum_analyze_threshold=500, autovacuum_vacuum_cost_delay=0, '
  || 'autovacuum_vacuum_insert_scale_factor=0.05, autovacuum_vacuum_scale_factor=0.01, '
  || 'autovacuum_vacuum_threshold=2000'
),
('storage', 'public.notification_events', 'autovacuum_vacuum_insert_scale_factor=0.05'),
('storage', 'public.notification_subscriptions', 'default'),
('storage', 'public.notification_suppressions', 'autovacuum_vacuum_insert_scale_factor=0.05'),
('storage', 'public.notification_tracking_links', 'default'),
('storage', 'public.push_subscriptions', 'default'),
(
  'storage',
  'public.queue_jobs',
  'autovacuum_analyze_scale_factor=0.02, autovacuum_analyze_threshold=500, autovacuum_vacuum_cost_delay=0, '
  || 'autovacuum_vacuum_insert_scale_factor=0.05, autovacuum_vacuum_scale_factor=0, '
  || 'autovacuum_vacuum_threshold=2000, fillfactor=75'
),
(
  'storage',
  'public.sms_messages',
  'autovacuum_analyze_scale_factor=0.02, autovacuum_analyze_threshold=500, autovacuum_vacuum_cost_delay=0, '
  || 'autovacuum_vacuum_insert_scale_factor=0.05, autovacuum_vacuum_scale_factor=0.01, '
  || 'autovacuum_vacuum_threshold=2000, fillfactor=80'
),
('storage', 'public.sms_templates', 'fillfactor=70'),
('storage', 'public.user_notification_preferences', 'default'),
(
  'storage',
  'public.user_sms_preferences',
  'autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000, '
  || 'fillfactor=70'
),
('table', 'herald.admins', 'without row security'),
('table', 'herald.automatic_subscriptions', 'without row security'),
('table', 'herald.consent_log', 'without row security'),
('table', 'herald.deleted_event_users', 'without row security'),
('table', 'herald.erasure_rows', 'without row security'),
('table', 'herald.erasures', 'without row security'),
('table', 'herald.event_types', 'without row security'),
('table', 'herald.failing_numbers', 'without row security'),
('table', 'herald.health_limits', 'without row security'),
('table', 'herald.host_tables', 'without row security'),
('table', 'herald.inbound_sms', 'without row security'),
('table', 'herald.installation', 'without row security'),
('table', 'herald.installed_objects', 'without row security'),
('table', 'herald.installed_routines', 'without row security'),
('table', 'herald.legal_windows', 'without row security'),
('table', 'herald.link_bots', 'without row security'),
('table', 'herald.notification_digest_events', 'without row security'),
('table', 'herald.notification_digests', 'without row security'),
('table', 'herald.notification_latecomers', 'without row security'),
('table', 'herald.notification_turns', 'without row security'),
('table', 'herald.phone_verifications', 'without row security'),
('table', 'herald.provider_codes', 'without row security'),
('table', 'herald.reply_words', 'without row security'),
('table', 'herald.report_codes', 'without row security'),
('table', 'herald.retention', 'without row security'),
('table', 'herald.runners', 'without row security'),
('table', 'herald.senders', 'without row security'),
('table', 'herald.settings', 'without row security'),
('table', 'herald.sms_attempts', 'without row security'),
('table', 'herald.sms_categories', 'without row security'),
('table', 'herald.sms_routines', 'without row security'),
('table', 'herald.sms_status_log', 'without row security'),
('table', 'herald.sms_template_uses', 'without row security'),
('table', 'herald.suppressed_numbers', 'without row security'),
('table', 'herald.ticks', 'without row security'),
('table', 'herald.transitions', 'without row security'),
('table', 'herald.verification_limits', 'without row security'),
('table', 'herald.verification_turns', 'without row security'),
('table', 'herald.verify_requests', 'without row security'),
('table', 'public.notification_deliveries', 'with row security'),
('table', 'public.notification_events', 'with row security'),
('table', 'public.notification_subscriptions', 'with row security'),
('table', 'public.notification_suppressions', 'with row security'),
('table', 'public.notification_tracking_links', 'with row security'),
('table', 'public.push_subscriptions', 'with row security'),
('table', 'public.queue_jobs', 'with row security'),
('table', 'public.sms_messages', 'with row security'),
('table', 'public.sms_templates', 'with row security'),
('table', 'public.user_notification_preferences', 'with row security'),
('table', 'public.user_sms_preferences', 'with row security')
$$;

comment on function herald.shipped_objects() is
'Tables, columns, indexes, constraints and rights as shipped, for doctor().';

revoke execute on function herald.shipped_objects() from public;
grant execute on function herald.shipped_objects() to herald_runner;
