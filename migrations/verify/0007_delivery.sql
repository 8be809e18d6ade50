-- Verify pgherald:0007_delivery on pg

begin;

select 1 / count(*) from herald.provider_codes;
select sender, rate_per_second, paused_until from herald.senders where false;
select id, message_id, job_id, outcome, twilio_sid from herald.sms_attempts where false;
select twilio_sid, twilio_status, error_code from herald.sms_status_log where false;
select number_hash, reason, source from herald.suppressed_numbers where false;

rollback;
