-- F100: time and words of a reminder lay in three places; rescheduled it went at the old time, rewritten with the old
-- words. Here they live once, in the text's row, and a plain update of that row is enough.
begin;
select plan(12);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create temporary table message on commit drop as
select queue_sms_message(user_id, phone_number, 'old words', p_scheduled_for => '2040-05-01 12:00:00+00') as id
from user_sms_preferences;
create function pg_temp.claimed_at(p_now timestamptz) returns text language sql
as $$select message_content from claim_sms('a sender', p_now => p_now)$$;

-- With its job already made.
select tick('2040-05-01 11:58:00+00');
update sms_messages set scheduled_for = '2040-05-01 13:00:00+00', message_content = 'new words';
select is(
  (select scheduled_for from queue_jobs), '2040-05-01 13:00:00+00'::timestamptz, 'the job moves with its text'
);
select is(pg_temp.claimed_at('2040-05-01 12:30:00+00'), null, 'nothing goes at the old time');
update sms_messages set scheduled_for = '2040-05-01 12:40:00+00';
select is(pg_temp.claimed_at('2040-05-01 12:40:00+00'), 'new words', 'at the new time the new words go');
select is((select count(*) from queue_jobs), 1::bigint, 'there was one job');
delete from sms_messages;

-- Before its job is made, to a day that its old expiry would have ruled out.
insert into message
select queue_sms_message(user_id, phone_number, 'old words', p_scheduled_for => '2040-05-01 12:00:00+00')
from user_sms_preferences;
update sms_messages set scheduled_for = '2040-05-08 12:00:00+00';
select tick('2040-05-01 12:00:00+00');
select is(pg_temp.claimed_at('2040-05-01 12:00:00+00'), null, 'a text moved by a week does not go at the old time');
select is(
  (select expires_at from sms_messages), '2040-05-09 12:00:00+00'::timestamptz, 'a default expiry moves along'
);
select tick('2040-05-08 11:58:00+00');
select is(pg_temp.claimed_at('2040-05-08 12:00:00+00'), 'old words', 'it goes at the new one');
delete from sms_messages;

-- An expiry that was given means an instant, whatever happens to the time.
insert into message
select queue_sms_message(
  user_id, phone_number, 'the appointment', p_scheduled_for => '2040-05-01 12:00:00+00', p_expires_at => '2040-05-01 13:00:00+00'
)
from user_sms_preferences;
update sms_messages set scheduled_for = '2040-05-01 14:00:00+00';
select is((select expires_at from sms_messages), '2040-05-01 13:00:00+00'::timestamptz, 'an expiry that was given stays');
select tick('2040-05-01 13:58:00+00');
select matches(
  (select status || ' ' || cancel_reason from sms_messages), '^cancelled not_expired: ',
  'a reminder after the appointment is not sent'
);
delete from sms_messages;

-- While it waits for another attempt.
insert into message
select queue_sms_message(user_id, phone_number, 'old words', p_scheduled_for => '2040-06-01 12:00:00+00')
from user_sms_preferences;
select tick('2040-06-01 11:58:00+00');
select from (
  select fail_queue_job(job_id, 'away', true, processing_token, interval '5 minutes', '2040-06-01 12:00:00+00')
  from claim_sms('a sender', p_now => '2040-06-01 12:00:00+00')
) as failed;
update sms_messages set scheduled_for = '2040-06-01 14:00:00+00', message_content = 'new words';
select is(pg_temp.claimed_at('2040-06-01 12:10:00+00'), null, 'a retry does not go at the old time either');
select tick('2040-06-01 13:58:00+00');
select is(pg_temp.claimed_at('2040-06-01 14:00:00+00'), 'new words', 'but at the new one, with the new words');
select is((select attempt_count from sms_messages), 2, 'as the second attempt that it is');

select * from finish();
rollback;
