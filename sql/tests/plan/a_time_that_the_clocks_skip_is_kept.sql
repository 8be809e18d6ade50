-- A time that does not exist on the first day of a series comes later on that day alone: the days after it have it again.
begin;
select plan(9);
set local timezone = 'UTC';

-- In Berlin the clocks skip the hour from two on, on 2040-03-25.
create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'Europe/Berlin';
alter table user_sms_preferences disable trigger t60_plan_own_routines;
create function pg_temp.planned(p_now timestamptz) returns text language sql as $$
  select herald.plan_routines(array(select id from reader), p_now);
  select scheduled_for::timestamp || ', from ' || recurrence_start
  from sms_messages where routine = 'morning_kickoff' and status = 'scheduled';
$$;

update user_sms_preferences set morning_kickoff_enabled = true, morning_kickoff_time = '02:30';
select is(
  pg_temp.planned('2040-03-24 20:00+00'), '2040-03-25 01:30:00, from 2040-03-25 02:30:00',
  'a routine that is switched on for a time that the clocks skip tomorrow comes an hour later'
);
select is(
  pg_temp.planned('2040-03-24 20:01+00'), '2040-03-25 01:30:00, from 2040-03-25 02:30:00', 'and stays so, asked again'
);
select tick('2040-03-25 01:27+00');
select is(
  (select scheduled_for::timestamp from sms_messages where routine is not null), '2040-03-26 00:30',
  'the day after it is at its own time'
);

update user_sms_preferences set morning_kickoff_time = '09:00';
select pg_temp.planned('2039-03-26 20:00+00');
update user_sms_preferences set morning_kickoff_time = '02:15';
select is(
  pg_temp.planned('2039-03-26 20:00+00'), '2039-03-27 01:15:00, from 2039-03-27 02:15:00',
  'one that is moved to such a time does likewise'
);
select is(
  (select array_agg(local_time::time order by occurrence_at) from list_sms_occurrences((select id from sms_messages where routine is not null), p_limit => 3)),
  '{03:15,02:15,02:15}', 'on that day alone'
);
update user_sms_preferences set morning_kickoff_time = '03:15';
select is(
  pg_temp.planned('2039-03-26 20:00+00'), '2039-03-27 01:15:00, from 2039-03-27 03:15:00',
  'and one that is moved on to the time that it comes at instead has that time from then on'
);

-- By plain SQL.
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern)
select id, '+12025550123', 'made', 'scheduled', '2040-03-24 08:00+00', 'FREQ=DAILY' from reader;
update sms_messages set scheduled_for = '2040-03-25 01:30+00', recurrence_start = '2040-03-25 02:30' where message_content = 'made';
select is(
  (select recurrence_start from sms_messages where message_content = 'made'), '2040-03-25 02:30',
  'a start that is given with its instant is taken as it is'
);
update sms_messages set recurrence_start = '2040-03-25 08:00' where message_content = 'made';
select is(
  (select recurrence_start || ', ' || scheduled_for::timestamp from sms_messages where message_content = 'made'),
  '2040-03-25 08:00:00, 2040-03-25 06:00:00', 'one that is given alone moves the series there'
);
update sms_messages set scheduled_for = '2040-03-26 08:00+00', recurrence_start = '2040-03-26 08:00' where message_content = 'made';
select is(
  (select recurrence_start from sms_messages where message_content = 'made'), '2040-03-26 10:00',
  'and one that is not at its instant does not count'
);

select * from finish();
rollback;
