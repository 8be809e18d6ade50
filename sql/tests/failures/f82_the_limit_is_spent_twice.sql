-- F82: the daily limit was spent twice, at planning and at sending: a limit of N with N reminders sent none. Planning
-- counts nothing, so a limit of three with three reminders sends three.
begin;
select plan(7);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', daily_sms_limit = 3;
select queue_sms_message(id, null, 'reminder ' || number, p_scheduled_for => '2040-05-01 12:00+00') is not null as queued from reader cross join generate_series(1, 3) as number;
select is((select daily_sms_count from user_sms_preferences), 0, 'three reminders are written, and none is counted');
select from tick('2040-05-01 11:57+00');
select is((select count(*) from queue_jobs), 3::bigint, 'they are planned');
select is((select daily_sms_count from user_sms_preferences), 0, 'and none is counted');
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-01 12:00+00')), 3::bigint, 'three go');
select is((select daily_sms_count from user_sms_preferences), 3, 'and three are counted');

-- Used up, a limit ends nothing at the planning: by the time of the claim there may be room.
select queue_sms_message(id, null, 'the fourth', p_scheduled_for => '2040-05-01 12:05+00', p_expires_at => '2040-05-01 12:30+00') is not null as queued from reader;
select from tick('2040-05-01 12:02+00');
select is((select status::text from sms_messages where message_content = 'the fourth'), 'queued', 'a fourth is planned all the same');
update user_sms_preferences set daily_sms_limit = 4;
select is((select message_content from claim_sms('a sender', p_now => '2040-05-01 12:05+00')), 'the fourth', 'and goes if the limit is raised meanwhile');

select * from finish();
rollback;
