-- Verify pgherald:0003_notifications on pg

begin;

select id, event_type, event_source, actor_user_id, target_user_id, payload, metadata
from public.notification_events where false;
select user_id, event_type, is_active, admin_only, filters, created_by
from public.notification_subscriptions where false;
select user_id, event_type, priority, timezone from public.user_notification_preferences where false;
select user_id, endpoint, p256dh_key, auth_key from public.push_subscriptions where false;
select event_id, subscription_id, recipient_user_id, channel, status, external_id, tracking_id
from public.notification_deliveries where false;

rollback;
