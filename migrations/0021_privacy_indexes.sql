-- Deploy pgherald:0021_privacy_indexes to pg
-- depends: 0020_privacy
-- transactional: false

-- Not concurrently: that cannot be part of a transaction, and some tools that apply these files make one of each. While
-- its indexes are built, writes to a table wait: some seconds for each million of rows.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- Each holds only what is over and not erased: a tick that has nothing to erase sees that at the first entry.
create index sms_messages_words_kept_idx on public.sms_messages
((greatest(created_at, sent_at, delivered_at, failed_at, cancelled_at)))
where words_erased_at is null and status not in ('pending', 'scheduled', 'queued', 'sending');

create index sms_messages_number_kept_idx on public.sms_messages
((greatest(created_at, sent_at, delivered_at, failed_at, cancelled_at)))
where number_erased_at is null and status not in ('pending', 'scheduled', 'queued', 'sending');

create index notification_deliveries_kept_idx on public.notification_deliveries
((greatest(created_at, sent_at, delivered_at, opened_at, clicked_at, failed_at, bounced_at)))
where erased_at is null and status <> 'pending';

create index notification_events_kept_idx on public.notification_events
((greatest(created_at, scheduled_for)))
where redacted_at is null;

create index notification_tracking_links_kept_idx on public.notification_tracking_links
((greatest(created_at, last_clicked_at, expires_at)))
where erased_at is null;

create index sms_status_log_kept_idx on herald.sms_status_log (last_received_at)
where parameters <> '{}';

create index inbound_sms_words_kept_idx on herald.inbound_sms (received_at)
where not needs_review and (words is not null or parameters <> '{}');

create index inbound_sms_number_kept_idx on herald.inbound_sms (received_at)
where not needs_review and from_number is not null;

create index suppressed_numbers_kept_idx on herald.suppressed_numbers (suppressed_at)
where phone_number is not null;

create index consent_log_kept_idx on herald.consent_log (recorded_at)
where phone_number is not null or words is not null;

commit;
