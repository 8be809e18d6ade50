-- Verify pgherald:0016_verification on pg

begin;

select 1 / count(*) from herald.sms_categories where category = 'verification' and toggle_column is null;
select verification_provider, verification_words, verification_tries from herald.settings where false;
select scope, within, phone_prefix, most from herald.verification_limits where false;
select whose, taken_at from herald.verification_turns where false;
select user_id, phone_number, number_hash, code_hash, message_id, ended_at from herald.phone_verifications where false;
select verification_id, kind, code, claimed_at, outcome from herald.verify_requests where false;

rollback;
