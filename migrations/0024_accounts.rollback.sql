-- Revert pgherald:0024_accounts from pg

begin;

drop index herald.sms_status_log_stray_idx;
alter table herald.sms_attempts drop column account;
alter table herald.senders drop column account;

commit;
