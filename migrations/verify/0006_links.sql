-- Verify pgherald:0006_links on pg

begin;

select id, short_code, delivery_id, message_id, destination_url, click_count
from public.notification_tracking_links where false;

rollback;
