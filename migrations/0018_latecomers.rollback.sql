-- Revert pgherald:0018_latecomers from pg

begin;

alter table herald.notification_digest_events drop column place;
drop table herald.notification_latecomers;

commit;
