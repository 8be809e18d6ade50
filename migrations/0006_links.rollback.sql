-- Revert pgherald:0006_links from pg

begin;

drop table public.notification_tracking_links;

commit;
