-- Revert pgherald:0014_consent from pg

begin;

drop index public.sms_messages_waiting_number_idx;
drop table herald.consent_log;
drop table herald.inbound_sms;
drop table herald.reply_words;

commit;
