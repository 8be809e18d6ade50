-- Verify pgherald:0023_daily_figures on pg

begin;

select 1 / (count(*) = 3)::integer
from pg_catalog.pg_class
where oid in (
  to_regclass('public.sms_messages_days_idx'), to_regclass('herald.consent_log_day_idx'),
  to_regclass('public.notification_tracking_links_day_idx')
);

rollback;
