-- Verify pgherald:0017_reconciliation on pg

begin;

select on_unknown, settle_time, first_look, report_time from herald.settings where false;
select look_at from public.sms_messages where false;
select looks, looked_at, look_token from herald.sms_attempts where false;

rollback;
