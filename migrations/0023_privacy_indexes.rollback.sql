-- Revert pgherald:0023_privacy_indexes from pg

drop index concurrently herald.consent_log_kept_idx;
drop index concurrently herald.suppressed_numbers_kept_idx;
drop index concurrently herald.inbound_sms_number_kept_idx;
drop index concurrently herald.inbound_sms_words_kept_idx;
drop index concurrently herald.sms_status_log_kept_idx;
drop index concurrently public.notification_tracking_links_kept_idx;
drop index concurrently public.notification_events_kept_idx;
drop index concurrently public.notification_deliveries_kept_idx;
drop index concurrently public.sms_messages_number_kept_idx;
drop index concurrently public.sms_messages_words_kept_idx;
