-- F117: starting to verify a new number switched off the old one. It stays in use until the new one is confirmed; then
-- what waits for the user goes to the new one.
begin;
select plan(20);

create temporary table who on commit drop as select a_user_with_phone('+12025550150') as id;
create temporary table texts on commit drop as
select queue_sms_message(id, null, 'soon') as id, 'soon' as what from who
union all
select queue_sms_message(id, null, 'later', p_scheduled_for => now() + interval '1 day'), 'later' from who;

select is((select status from who cross join lateral herald.begin_verification(who.id, '+12025550151', now() + interval '1 second')), 'sent', 'a code goes to a new number');
select is((select has_sms_available::text || phone_number from get_user_sms_channel_info((select id from who))), 'true+12025550150', 'the old one is in use');
select set_eq(
  $$select phone_number, message_content like 'Your code%' from claim_sms('a sender', p_now => now() + interval '2 seconds')$$,
  $$values ('+12025550150', false), ('+12025550151', true)$$, 'and gets its texts'
);
select is((select herald.check_verification(id, '000000x', now()) from who), 'wrong', 'a wrong code');
select is((select phone_number from user_sms_preferences), '+12025550150', 'changes nothing');
select is(
  (select herald.check_verification(id, (select substring(message_content, '[0-9]{6}') from sms_messages where category = 'verification'), now()) from who), 'verified', 'the right one'
);
select is((select phone_number || phone_verified from user_sms_preferences), '+12025550151true', 'makes the new number the user''s');
select is((select phone_number from sms_messages inner join texts using (id) where what = 'later'), '+12025550151', 'and what waits goes there');

-- What was just being sent, and has certainly not gone, follows it as well.
select is(
  (
    select settled.message_status
    from herald.sms_attempts as attempt
    inner join texts on texts.id = attempt.message_id and what = 'soon'
    inner join queue_jobs as job on job.id = attempt.job_id
    cross join lateral herald.settle_sms(
      jsonb_build_array(jsonb_build_object('job_id', job.id, 'processing_token', job.processing_token, 'attempt_id', attempt.id, 'outcome', 'not_sent')),
      now() + interval '10 seconds'
    ) as settled
  ),
  'queued', 'a text to the old number comes back'
);
select is((select phone_number from sms_messages inner join texts using (id) where what = 'soon'), '+12025550151', 'and goes to the new one');
select is((select phone_number from sms_messages where category = 'verification'), '+12025550151', 'a code stays where it was asked for');

-- A number that the host gives.
create temporary table other on commit drop as select a_user_with_phone('+12025550152') as id;
create function pg_temp.code() returns text language sql as $$select substring(message_content, '[0-9]{6}') from sms_messages inner join other on other.id = user_id where category = 'verification' order by created_at desc limit 1$$;
select is((select status from other cross join lateral herald.begin_verification(other.id, '+12025550153', now())), 'sent', 'a code goes to a number');
create temporary table old_code on commit drop as select pg_temp.code() as code;
create temporary table waiting on commit drop as select queue_sms_message(id, null, 'waits') as id from other;
update user_sms_preferences set phone_number = '+12025550154', phone_verified = true, phone_verified_at = now() + interval '1 second' where user_id = (select id from other);
select is((select outcome from herald.phone_verifications inner join other on other.id = user_id), 'superseded', 'a newer number ends it');
select is((select (status, message_content ~ '[0-9]')::text from sms_messages where phone_number = '+12025550153'), '(cancelled,f)', 'its code goes no more');
select is((select herald.check_verification(id, code, now()) from other, old_code), 'none', 'nor replaces the newer number');
select is((select phone_number || phone_verified from user_sms_preferences inner join other on other.id = user_id), '+12025550154true', 'which stays');
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '5 seconds') inner join waiting on waiting.id = message_id), 0::bigint, 'what waits for the number before');
select is((select cancel_reason from sms_messages inner join waiting using (id)), 'verified: the number is not the user''s number', 'does not go, and says why');
select is((select status from other cross join lateral herald.begin_verification(other.id, '+12025550155', now() + interval '1 hour')), 'sent', 'another code');
update user_sms_preferences set phone_number = '+12025550155' where user_id = (select id from other);
select is((select herald.check_verification(id, pg_temp.code(), now() + interval '1 hour') from other), 'verified', 'is still good if the number is the one it went to');

select * from finish();
rollback;
