-- Deploy pgherald:0023_daily_figures to pg
-- depends: 0014_consent 0015_reports
-- transactional: false

-- Block range indexes are built in a moment; the ledger of consent and the links are small beside the texts.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- The views of daily figures ask by these days, so that a month costs what a month holds. Vacuum summarizes them: where
-- autosummarize is to do it, servers without the fix of late 2025 leave such indexes on expressions useless.
create index sms_messages_days_idx on public.sms_messages
using brin (
  ((created_at at time zone 'UTC')::date),
  ((sent_at at time zone 'UTC')::date),
  ((delivered_at at time zone 'UTC')::date),
  ((failed_at at time zone 'UTC')::date),
  ((cancelled_at at time zone 'UTC')::date)
)
with (pages_per_range = 32);
create index consent_log_day_idx on herald.consent_log (((recorded_at at time zone 'UTC')::date));
create index notification_tracking_links_day_idx on public.notification_tracking_links
using brin (((created_at at time zone 'UTC')::date))
with (pages_per_range = 32);

commit;
