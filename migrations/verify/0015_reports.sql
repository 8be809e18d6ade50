-- Verify pgherald:0015_reports on pg

begin;

select 1 / count(*) from herald.report_codes where error_code = 30005 and suppress_after = 2;
select number_hash, failures, last_failed_at from herald.failing_numbers where false;
select inferred from public.notification_deliveries where false;

rollback;
