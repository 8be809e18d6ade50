-- Revert pgherald:0028_storage from pg

begin;

alter table herald.consent_log reset (autovacuum_vacuum_insert_scale_factor);
alter table herald.inbound_sms reset (autovacuum_vacuum_insert_scale_factor);
alter table herald.sms_status_log reset (autovacuum_vacuum_insert_scale_factor);
alter table herald.notification_digest_events reset (autovacuum_vacuum_insert_scale_factor);
alter table public.notification_suppressions reset (autovacuum_vacuum_insert_scale_factor);
alter table public.notification_events reset (autovacuum_vacuum_insert_scale_factor);
alter table herald.notification_latecomers reset (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay
);
alter table herald.sms_template_uses reset (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay
);
alter table public.sms_templates reset (fillfactor);
alter table herald.senders reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
alter table herald.notification_turns reset (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay
);
alter table herald.notification_digests reset (
  fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay
);
alter table public.user_sms_preferences reset (
  fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay
);
alter table herald.sms_attempts reset (
  fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay,
  autovacuum_vacuum_insert_scale_factor
);
alter table public.notification_deliveries reset (
  autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay,
  autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_insert_scale_factor
);
alter table public.sms_messages reset (
  autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_insert_scale_factor
);
alter table public.queue_jobs reset (
  autovacuum_analyze_scale_factor, autovacuum_analyze_threshold, autovacuum_vacuum_insert_scale_factor
);
drop index herald.phone_verifications_over_idx;
drop index public.queue_jobs_held_idx;

commit;
