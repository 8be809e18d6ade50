-- Verify pgherald:0024_accounts on pg

begin;

select account from herald.senders where false;
select account from herald.sms_attempts where false;
select 1 / count(*) from pg_catalog.pg_class where oid = 'herald.sms_status_log_stray_idx'::regclass;

rollback;
