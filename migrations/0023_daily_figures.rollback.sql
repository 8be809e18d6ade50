-- Revert pgherald:0023_daily_figures from pg

begin;

drop index public.notification_tracking_links_day_idx;
drop index herald.consent_log_day_idx;
drop index public.sms_messages_days_idx;

commit;
