-- Revert pgherald:0015_reports from pg

begin;

alter table public.notification_deliveries drop column inferred;
drop index public.notification_tracking_links_text_once_idx;
drop table herald.failing_numbers;
drop table herald.report_codes;

commit;
