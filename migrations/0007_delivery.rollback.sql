-- Revert pgherald:0007_delivery from pg

begin;

drop type herald.settled_sms;
drop table herald.suppressed_numbers;
drop table herald.sms_status_log;
drop table herald.sms_attempts;
drop table herald.senders;
drop table herald.provider_codes;

commit;
