-- Verify pgherald:0009_fan_out on pg

begin;

select default_batch_interval, link_base_url, link_lifetime, link_bot_window from herald.settings where false;
select scheduled_for, expires_at, idempotency_key, request_digest, redacted_at
from public.notification_events where false;
select digest_id, queue_job_id, scheduled_for, expires_at, suppressed_reason
from public.notification_deliveries where false;
select event_id, recipient_user_id, channel, reason, created_at from public.notification_suppressions where false;
select id, user_id, event_type, opened_at, due_at, flushed_at from herald.notification_digests where false;
select digest_id, event_id from herald.notification_digest_events where false;
select user_id, event_type, taken_at from herald.notification_turns where false;
select expires_at, bot_click_count from public.notification_tracking_links where false;

rollback;
