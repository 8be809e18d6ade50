-- Where several gates say no, the first of them is the reason that is kept.
begin;
select plan(4);

create function pg_temp.reason() returns text language sql as $$
  select split_part(cancel_reason, ':', 1) from sms_messages;
$$;

select from a_queued_text();
update user_sms_preferences set opted_out = true, phone_verified = false;
select herald.suppress_number(phone_number, 'STOP', 'inbound', now()) from user_sms_preferences;
update sms_messages set expires_at = now();
select from claim_sms('a sender', p_now => now() + interval '1 second');
select is(pg_temp.reason(), 'not_expired', 'expired comes before suppressed');

delete from sms_messages;
select from (select queue_sms_message(user_id, phone_number, 'hello') from user_sms_preferences) as queued;
select is(pg_temp.reason(), 'not_suppressed', 'suppressed before opted out');

delete from sms_messages;
delete from herald.suppressed_numbers;
select from (select queue_sms_message(user_id, phone_number, 'hello') from user_sms_preferences) as queued;
select is(pg_temp.reason(), 'not_opted_out', 'opted out before verified');

-- A block comes before a deferral, or a text would wait for what cannot be.
delete from sms_messages;
update user_sms_preferences set opted_out = false, phone_verified = true;
select from (select queue_sms_message(user_id, phone_number, 'hello') from user_sms_preferences) as queued;
update user_sms_preferences set opted_out = true;
update herald.settings set kill_switch = true;
select from claim_pending_jobs('{send_sms}', p_now => now() + interval '1 second');
select is(pg_temp.reason(), 'not_opted_out', 'a block counts more than the kill switch');

select * from finish();
rollback;
