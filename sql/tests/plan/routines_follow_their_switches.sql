-- Morning kick-off and evening recap are series that a user's switches drive: on plans one, off ends it, on again plans
-- anew; its time is the user's, on the user's clock.
begin;
select plan(33);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'America/New_York';
-- The switches as they stand, at an instant.
create function pg_temp.planned(p_now timestamptz default '2040-05-01 10:00+00') returns integer language sql as $$
  select herald.plan_routines(array(select id from reader), p_now);
$$;
create function pg_temp.told() returns text language sql as $$
  select coalesce(string_agg(routine || ' ' || scheduled_for::timestamp || ' ' || recurrence_pattern, ', ' order by routine), 'nothing')
  from sms_messages where routine is not null and status = 'scheduled';
$$;
create function pg_temp.gone() returns text language sql as $$
  select coalesce(string_agg(scheduled_for::timestamp::text, ', ' order by scheduled_for), 'nothing')
  from sms_messages where category = 'morning_kickoff' and occurrence is not null and status <> 'cancelled';
$$;

select is(pg_temp.told(), 'nothing', 'a new user has no routines');
update user_sms_preferences set morning_kickoff_enabled = true;
select is((select count(*) from sms_messages where routine = 'morning_kickoff' and status = 'scheduled' and category = 'morning_kickoff'), 1::bigint, 'switched on, one is planned in the same moment');
select is((select scheduled_for > now() and scheduled_for <= now() + interval '25 hours' from sms_messages), true, 'for today or tomorrow');
select is((select (scheduled_for at time zone 'America/New_York')::time from sms_messages), '08:00', 'at eight, if the user has not said when');
select is((select expires_at - scheduled_for from sms_messages), '3 hours', 'with the expiry of its category');
update user_sms_preferences set morning_kickoff_enabled = true;
select is((select count(*) from sms_messages), 1::bigint, 'switched on twice is once');
update user_sms_preferences set morning_kickoff_enabled = false;
select results_eq('select status::text, cancel_reason from sms_messages', $$values ('cancelled', 'switched_on: the user does not want it (any more)')$$, 'off ends it');
delete from sms_messages;

-- In a year to come, where the instants are ours.
alter table user_sms_preferences disable trigger t60_plan_own_routines;
update user_sms_preferences set morning_kickoff_enabled = true, evening_recap_enabled = true, next_up_enabled = true, event_reminders_enabled = true, morning_kickoff_time = '07:30';
select is(pg_temp.planned(), 2, 'kick-off and recap are planned; what only the application knows is not, until a team switches it on');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-01 11:30:00 FREQ=DAILY', 'each at its time on the user''s clock');
select is(pg_temp.planned(), 2, 'asked again');
select is((select count(*) from sms_messages), 2::bigint, 'nothing is planned twice');
select from tick('2040-05-01 11:27+00');
select is(pg_temp.gone(), '2040-05-01 11:30:00', 'the kick-off has its text');
select is((select message_content from claim_sms('a sender', p_now => '2040-05-01 11:30+00')), 'Good morning! Your plan for today is ready in the app.', 'and goes');

-- Another time.
update user_sms_preferences set morning_kickoff_time = '09:00';
select from pg_temp.planned('2040-05-01 12:00+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-02 13:00:00 FREQ=DAILY', 'a later time than that of the one that has gone today begins tomorrow');
update user_sms_preferences set morning_kickoff_time = '07:00';
select from pg_temp.planned('2040-05-02 10:00+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-02 11:00:00 FREQ=DAILY', 'an earlier one that is still to come begins today');
select is((select expires_at from sms_messages where routine = 'morning_kickoff' and status = 'scheduled'), '2040-05-02 14:00+00', 'and its expiry goes along');
update user_sms_preferences set morning_kickoff_time = null;
select from pg_temp.planned('2040-05-02 10:00+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-02 12:00:00 FREQ=DAILY', 'no time is the usual one');
update user_sms_preferences set morning_kickoff_time = '07:30';
select from pg_temp.planned('2040-05-02 11:30+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-03 11:30:00 FREQ=DAILY', 'a time that is just over begins tomorrow');

-- Off, and on again the same day.
update user_sms_preferences set morning_kickoff_enabled = false;
select from pg_temp.planned('2040-05-03 10:00+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY', 'switched off');
update user_sms_preferences set morning_kickoff_enabled = true;
select from pg_temp.planned('2040-05-03 10:01+00');
select is(pg_temp.told(), 'evening_recap 2040-05-02 00:00:00 FREQ=DAILY, morning_kickoff 2040-05-03 11:30:00 FREQ=DAILY', 'on again before it has gone: today');
select from herald.recur_series('2040-05-03 11:30+00', true);
update user_sms_preferences set morning_kickoff_enabled = false;
select from pg_temp.planned('2040-05-03 12:00+00');
update user_sms_preferences set morning_kickoff_enabled = true, morning_kickoff_time = '10:00';
select from pg_temp.planned('2040-05-03 12:01+00');
select matches(pg_temp.told(), 'morning_kickoff 2040-05-03 14:00:00', 'what was planned and did not go, because it was switched off, does not count as gone');
select from herald.recur_series('2040-05-03 14:00+00', true);
update sms_messages set status = 'queued' where scheduled_for = '2040-05-03 14:00+00' and occurrence is not null;
update sms_messages set status = 'sending' where scheduled_for = '2040-05-03 14:00+00' and occurrence is not null;
update user_sms_preferences set morning_kickoff_enabled = false;
select from pg_temp.planned('2040-05-03 14:30+00');
update user_sms_preferences set morning_kickoff_enabled = true, morning_kickoff_time = '12:00';
select from pg_temp.planned('2040-05-03 14:31+00');
select matches(pg_temp.told(), 'morning_kickoff 2040-05-04 16:00:00', 'on again after it has gone: tomorrow');

-- The user moves.
update user_sms_preferences set timezone = 'Asia/Tokyo';
select matches(pg_temp.told(), 'morning_kickoff 2040-05-04 03:00:00', 'moved to Tokyo, noon is that of Tokyo');

-- Nobody to text.
update user_sms_preferences set phone_number = null;
select is(pg_temp.planned('2040-05-04 00:00+00'), 0, 'without a number nothing is planned');
select is(pg_temp.told(), 'nothing', 'and what was, ends');
update user_sms_preferences set phone_number = '+12025550124', phone_verified = true, phone_verified_at = '2040-05-01 12:00+00', opted_out = true;
select is(pg_temp.planned('2040-05-04 00:00+00'), 0, 'nor for one who has opted out');
update user_sms_preferences set opted_out = false;
select is(pg_temp.planned('2040-05-04 00:00+00'), 2, 'and for one who has come back it is');
select is(pg_temp.told(), 'evening_recap 2040-05-04 11:00:00 FREQ=DAILY, morning_kickoff 2040-05-04 03:00:00 FREQ=DAILY', 'anew');
alter table user_sms_preferences enable trigger t60_plan_own_routines;
update user_sms_preferences set opted_out = true;
select is(pg_temp.told(), 'nothing', 'an opt-out ends them in the same moment');
update user_sms_preferences set opted_out = false;

-- What a team says.
update herald.sms_routines set is_active = true, words = 'What is next?', recurrence_pattern = 'FREQ=WEEKLY;BYDAY=MO' where category = 'next_up';
update herald.sms_routines set is_active = false where category = 'morning_kickoff';
select is(herald.plan_routines(null, '2040-05-04 00:00+00'), 2, 'a team switches one on and another one off, for all');
select is((select count(*) from sms_messages where routine = 'next_up' and status = 'scheduled' and (scheduled_for at time zone 'Asia/Tokyo')::time = '12:30'), 1::bigint, 'at its usual time');
select is((select extract(isodow from scheduled_for at time zone 'Asia/Tokyo') from sms_messages where routine = 'next_up' and status = 'scheduled'), 1::numeric, 'by its rule');
select matches(pg_temp.told(), '^evening_recap [^,]*, next_up [^,]*$', 'and the other one has ended');

select * from finish();
rollback;
