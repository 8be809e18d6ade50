-- Revert pgherald:0019_latecomers from pg

begin;

alter table herald.notification_digest_events drop column place;
drop table herald.notification_latecomers;

commit;
