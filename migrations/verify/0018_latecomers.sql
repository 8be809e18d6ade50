-- Verify pgherald:0018_latecomers on pg

begin;

select event_id, user_id, noted_at from herald.notification_latecomers where false;
select place from herald.notification_digest_events where false;

rollback;
