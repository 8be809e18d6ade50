-- Verify pgherald:0020_privacy on pg

begin;

select 1 / (count(*) = 10)::integer from herald.retention;
select words_erased_at, number_erased_at from public.sms_messages where false;
select erased_at from public.notification_deliveries where false;
select erased_at from public.notification_tracking_links where false;
select user_id, requested_at, continued_at, finished_at, number_hashes from herald.erasures where false;
select user_id, kind, row_id from herald.erasure_rows where false;
select user_id, event_id from herald.deleted_event_users where false;

rollback;
