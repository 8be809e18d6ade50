-- Revert pgherald:0008_event_types from pg

begin;

drop table herald.automatic_subscriptions;
drop function herald.user_contacts(uuid[]);
drop function herald.admin_user_ids();
drop table herald.admins;
drop index public.user_notification_preferences_event_type_idx;
alter table public.user_notification_preferences
drop constraint user_notification_preferences_event_type_fkey;
alter table public.notification_subscriptions
drop constraint notification_subscriptions_event_type_fkey;
alter table public.notification_events
drop constraint notification_events_event_type_fkey;
drop table herald.event_types;

commit;
