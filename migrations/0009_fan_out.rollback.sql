-- Revert pgherald:0009_fan_out from pg

begin;

revoke select on public.notification_deliveries from herald_client;
drop index public.queue_jobs_channel_idx;
drop index public.notification_tracking_links_once_idx;
alter table public.notification_tracking_links
drop column bot_click_count,
drop column expires_at;
drop table herald.notification_turns;
drop table public.notification_suppressions;
drop index public.notification_deliveries_unread_idx;
drop index public.notification_deliveries_in_app_idx;
drop index public.notification_deliveries_expiry_idx;
drop index public.notification_deliveries_planned_idx;
drop index public.notification_deliveries_recipient_idx;
create index notification_deliveries_recipient_idx on public.notification_deliveries (recipient_user_id, created_at);
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
comment on column herald.settings.kill_switch is 'While true no text is handed to a runner; nothing is lost.';
comment on column herald.settings.default_expiry is
'How long after its time a text without a category may still be sent; null for ever.';

commit;
