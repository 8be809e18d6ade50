-- Revert pgherald:0017_reconciliation from pg

begin;

drop index public.sms_messages_sending_idx;
alter table herald.sms_attempts
drop column looks,
drop column looked_at,
drop column look_token;
alter table public.sms_messages drop column look_at;
alter table herald.settings
drop column on_unknown,
drop column settle_time,
drop column first_look,
drop column report_time;

commit;
