-- Revert pgherald:0021_privacy_indexes from pg

begin;

drop index herald.consent_log_kept_idx;
drop index herald.suppressed_numbers_kept_idx;
drop index herald.inbound_sms_number_kept_idx;
drop index herald.inbound_sms_words_kept_idx;
drop index herald.sms_status_log_kept_idx;
drop index public.notification_tracking_links_kept_idx;
drop index public.notification_events_kept_idx;
drop index public.notification_deliveries_kept_idx;
drop index public.sms_messages_number_kept_idx;
drop index public.sms_messages_words_kept_idx;

commit;
