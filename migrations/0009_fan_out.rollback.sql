-- Revert pgherald:0009_fan_out from pg

begin;

drop index public.queue_jobs_channel_idx;
drop index public.notification_tracking_links_once_idx;
alter table public.notification_tracking_links
drop column bot_click_count,
drop column expires_at;
drop table herald.notification_turns;
drop table public.notification_suppressions;
drop index public.notification_deliveries_unread_idx;
drop index public.notification_deliveries_in_app_idx;
drop index public.notification_deliveries_planned_idx;
alter table public.notification_deliveries
drop column suppressed_reason,
drop column expires_at,
drop column scheduled_for,
drop column queue_job_id,
drop column digest_id;
drop table herald.notification_digest_events;
drop table herald.notification_digests;
alter table public.notification_events
drop column redacted_at,
drop column request_digest,
drop column idempotency_key,
drop column expires_at,
drop column scheduled_for;
alter table herald.settings
drop column link_bot_window,
drop column link_lifetime,
drop column link_base_url,
drop column default_batch_interval;

commit;
