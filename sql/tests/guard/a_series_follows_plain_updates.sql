-- Plain SQL is enough to change a series: another start, another rule, another end; its next occurrence and its expiry
-- follow, and a COUNT goes on with what is left of it.
begin;
select plan(22);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create function pg_temp.a_series(p_rule text, p_expires_at timestamptz default null) returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern, expires_at)
  select id, '+12025550123', 'hello', 'scheduled', '2040-05-02 12:00+00', p_rule, p_expires_at from reader
  returning id;
$$;
create function pg_temp.told() returns text language sql as $$
  select status || ' ' || scheduled_for::timestamp || ' until ' || expires_at::timestamp || ' ' || recurrence_pattern from sms_messages where recurrence_pattern is not null;
$$;

-- 2040-05-02 is a Wednesday.
select from pg_temp.a_series('FREQ=WEEKLY;BYDAY=WE');
update sms_messages set scheduled_for = '2040-05-02 15:00+00';
select is(pg_temp.told(), 'scheduled 2040-05-02 15:00:00 until 2040-05-03 15:00:00 FREQ=WEEKLY;BYDAY=WE', 'another hour');
update sms_messages set scheduled_for = '2040-05-03 10:00+00';
select is(pg_temp.told(), 'scheduled 2040-05-09 10:00:00 until 2040-05-10 10:00:00 FREQ=WEEKLY;BYDAY=WE', 'a start that is no Wednesday: the next one, with its expiry');
select is(reschedule_sms((select id from sms_messages), '2040-05-10 11:00+00'), '2040-05-16 11:00+00', 'the same by reschedule_sms, which tells it');
select is(pg_temp.told(), 'scheduled 2040-05-16 11:00:00 until 2040-05-17 11:00:00 FREQ=WEEKLY;BYDAY=WE', 'with its expiry, too');
select from pg_temp.a_series('FREQ=WEEKLY;BYDAY=WE', '2040-05-02 13:00+00');
update sms_messages set scheduled_for = '2040-05-09 15:00+00';
select is(pg_temp.told(), 'scheduled 2040-05-09 15:00:00 until 2040-05-09 16:00:00 FREQ=WEEKLY;BYDAY=WE', 'an expiry that was given is as long for each occurrence');
update sms_messages set scheduled_for = '2040-05-10 10:00+00', expires_at = '2040-05-10 12:00+00';
select is(pg_temp.told(), 'scheduled 2040-05-16 10:00:00 until 2040-05-16 12:00:00 FREQ=WEEKLY;BYDAY=WE', 'given anew with the time, it counts from there');
select is(reschedule_sms((select id from sms_messages), '2040-05-23 10:00+00', '2040-05-23 10:30+00'), '2040-05-23 10:00+00', 'both by reschedule_sms');
select is(pg_temp.told(), 'scheduled 2040-05-23 10:00:00 until 2040-05-23 10:30:00 FREQ=WEEKLY;BYDAY=WE', 'are as given');

select from pg_temp.a_series('FREQ=DAILY');
update sms_messages set recurrence_pattern = 'FREQ=WEEKLY;BYDAY=MO';
select is(pg_temp.told(), 'scheduled 2040-05-07 12:00:00 until 2040-05-08 12:00:00 FREQ=WEEKLY;BYDAY=MO', 'another rule');
update sms_messages set recurrence_ends = '2040-06-01';
select is(pg_temp.told(), 'scheduled 2040-05-07 12:00:00 until 2040-05-08 12:00:00 FREQ=WEEKLY;BYDAY=MO', 'an end');
update sms_messages set recurrence_ends = '2040-05-07 11:00+00';
select is((select status || ': ' || cancel_reason from sms_messages), 'cancelled: ended: nothing of the series is left', 'an end before the next one ends it');

-- COUNT.
select from pg_temp.a_series('FREQ=DAILY;COUNT=5');
select from tick('2040-05-02 11:57+00');
select from claim_sms('a sender', p_now => '2040-05-02 12:00+00');
select from tick('2040-05-03 11:57+00');
select from claim_sms('a sender', p_now => '2040-05-03 12:00+00');
update sms_messages set scheduled_for = '2040-06-04 12:00+00' where recurrence_pattern is not null;
select is(pg_temp.told(), 'scheduled 2040-06-04 12:00:00 until 2040-06-05 12:00:00 FREQ=DAILY;COUNT=3', 'two of five have been: three are left');
update sms_messages set recurrence_pattern = 'FREQ=DAILY;COUNT=9' where recurrence_pattern is not null;
select is(pg_temp.told(), 'scheduled 2040-06-04 12:00:00 until 2040-06-05 12:00:00 FREQ=DAILY;COUNT=9', 'another COUNT counts from there');

-- Whoever queues all that is due, as the seed does in 8.4, means texts.
select from pg_temp.a_series('FREQ=DAILY');
update sms_messages set status = 'queued' where status = 'scheduled' and scheduled_for <= '2040-05-02 12:05+00';
select is(pg_temp.told(), 'scheduled 2040-05-02 12:00:00 until 2040-05-03 12:00:00 FREQ=DAILY', 'a series is not queued by that');
select is((select count(*) from queue_jobs), 0::bigint, 'and gets no job');
select from tick('2040-05-02 11:57+00');
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-02 12:00+00')), 1::bigint, 'its text goes, once');

-- A text that becomes a series, and a series that becomes a text.
delete from sms_messages;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for) select id, '+12025550123', 'hello', 'scheduled', '2040-05-02 12:00+00' from reader;
update sms_messages set recurrence_pattern = 'FREQ=WEEKLY;BYDAY=MO';
select is(pg_temp.told(), 'scheduled 2040-05-07 12:00:00 until 2040-05-08 12:00:00 FREQ=WEEKLY;BYDAY=MO', 'a text becomes a series');
update sms_messages set recurrence_pattern = null;
select from tick('2040-05-07 11:57+00');
select is((select array_agg(status::text) from sms_messages), '{queued}', 'a series becomes its next text');

-- The number is the user's of the day.
select from pg_temp.a_series('FREQ=DAILY');
update user_sms_preferences set phone_number = '+12025550199', phone_verified = true, phone_verified_at = '2040-05-01 12:00+00';
select from tick('2040-05-02 11:57+00');
select is((select phone_number from claim_sms('a sender', p_now => '2040-05-02 12:00+00')), '+12025550199', 'after a change of number the new one is texted');
update user_sms_preferences set phone_number = '+12025550177';
select from tick('2040-05-03 11:57+00');
select matches((select cancel_reason from sms_messages where occurrence = '2040-05-03 12:00'), '^verified: ', 'a new one that is not verified is not');
select is((select status::text from sms_messages where recurrence_pattern is not null), 'scheduled', 'but the series goes on');
select is((select message_id from queue_jobs cross join lateral (select (metadata ->> 'message_id')::uuid as message_id) as said where status = 'pending'), null, 'and nothing waits');

select * from finish();
rollback;
