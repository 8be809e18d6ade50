-- Revert pgherald:0003_notifications from pg

begin;

drop table public.notification_deliveries;
drop table public.push_subscriptions;
drop table public.user_notification_preferences;
drop table public.notification_subscriptions;
drop table public.notification_events;

commit;
