-- Verify pgherald:0014_consent on pg

begin;

select 1 / count(*) from herald.reply_words where words = 'STOP' and meaning = 'stop';
select words, meaning, is_whole, is_at_edge from herald.reply_words where false;
select twilio_sid, number_hash, words, meaning, needs_review, times_received from herald.inbound_sms where false;
select number_hash, phone_number, user_id, change, source, words, recorded_at from herald.consent_log where false;

rollback;
