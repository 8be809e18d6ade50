-- A series that gets another time, clock or rule goes on by it, and by nothing else: what was made, changed or skipped of
-- the old plan is over, a COUNT is kept, and nothing goes twice, an hour off, or not at all.
begin;
select plan(29);

create temporary table who on commit drop as select a_user_with_phone() as id;
update user_sms_preferences set timezone = 'Europe/Berlin';
create function pg_temp.a_series(p_rule text, p_at timestamptz) returns uuid language sql as $$
  select queue_sms_message(id, null, p_rule, p_scheduled_for => p_at, p_recurrence_pattern => p_rule) from who;
$$;
-- What waits or went of these words, by when it goes.
create function pg_temp.goes(p_words text) returns text language sql as $$
  select string_agg(to_char(scheduled_for at time zone 'Europe/Berlin', 'MM-DD HH24:MI'), ', ' order by scheduled_for)
  from sms_messages
  where message_content = p_words and recurrence_pattern is null and status in ('scheduled', 'queued');
$$;
create function pg_temp.ahead(p_series_id uuid) returns text language sql as $$
  select string_agg(to_char(local_time, 'MM-DD HH24:MI'), ', ' order by occurrence_at)
  from list_sms_occurrences(p_series_id, p_limit => 3)
  where status <> 'cancelled';
$$;

-- One that has its job already.
create temporary table made on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=3', '2040-05-01 09:00 Europe/Berlin') as id;
select tick('2040-05-01 08:57 Europe/Berlin');
select is(pg_temp.goes('FREQ=DAILY;COUNT=3'), '05-01 09:00', 'the first one has its job');
select is(
  (select reschedule_sms(id, '2040-05-01 09:33 Europe/Berlin') from made), '2040-05-01 09:33 Europe/Berlin',
  'and the series gets another time'
);
select is(pg_temp.goes('FREQ=DAILY;COUNT=3'), null, 'nothing is left of the old one');
select is(pg_temp.ahead((select id from made)), '05-01 09:33, 05-02 09:33, 05-03 09:33', 'and all three go at the new one');

-- Changed and skipped ahead.
create temporary table odd on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=4', '2040-06-01 08:00 Europe/Berlin') as id;
select change_sms_occurrence(id, '2040-06-02 08:00 Europe/Berlin', 'changed') from odd;
select skip_sms_occurrence(id, '2040-06-03 08:00 Europe/Berlin') from odd;
select reschedule_sms(id, '2040-06-01 09:00 Europe/Berlin') from odd;
select is(pg_temp.goes('changed'), null, 'what was changed of the old plan does not go beside the new one');
select is(pg_temp.ahead((select id from odd)), '06-01 09:00, 06-02 09:00, 06-03 09:00', 'three are left of four: one was skipped');
select reschedule_sms(id, '2040-06-01 08:00 Europe/Berlin') from odd;
select tick('2040-06-01 07:57 Europe/Berlin');
select is(pg_temp.goes('FREQ=DAILY;COUNT=4'), '06-01 08:00', 'back at the old time, it goes at that time again');

-- A time that the clocks skip, on 2040-03-25.
create temporary table gap on commit drop as select pg_temp.a_series('FREQ=DAILY', '2040-03-23 02:30 Europe/Berlin') as id;
select change_sms_occurrence(id, '2040-03-25 01:30+00', 'in the gap') from gap;
select end_sms_series(id, '2040-03-25 01:30+00') from gap;
select is(pg_temp.goes('in the gap'), null, 'a series that ends in a gap ends with what was changed there');
select is(pg_temp.ahead((select id from gap)), '03-23 02:30, 03-24 02:30', 'and with nothing before');
create temporary table gap_too on commit drop as select pg_temp.a_series('FREQ=DAILY', '2040-03-23 02:30 Europe/Berlin') as id;
create temporary table gap_on on commit drop as select change_sms_series(id, '2040-03-25 01:30+00', 'new words') as id from gap_too;
select is(
  pg_temp.ahead((select id from gap_on)), '03-25 03:30, 03-26 02:30, 03-27 02:30',
  'one that is changed from a gap on comes later on that day alone'
);

-- A rule that says itself when.
create temporary table named on commit drop as
select pg_temp.a_series('FREQ=DAILY;BYHOUR=8;BYMINUTE=0', '2040-07-01 08:00 Europe/Berlin') as id;
select throws_ok(
  $$select change_sms_series(id, '2040-07-02 08:00 Europe/Berlin', p_scheduled_for => '2040-07-02 09:00 Europe/Berlin') from named$$,
  '22023', null, 'a time that the rule does not have is refused'
);
select is(pg_temp.ahead((select id from named)), '07-01 08:00, 07-02 08:00, 07-03 08:00', 'and nothing has changed');
select is(
  (select reschedule_sms(id, '2040-06-30 09:00 Europe/Berlin') from named), '2040-07-01 08:00 Europe/Berlin',
  'the series as a whole begins anew, by its rule, and that is told'
);
select is(
  pg_temp.ahead((
    select change_sms_series(
      id, '2040-07-02 08:00 Europe/Berlin', p_scheduled_for => '2040-07-02 09:00 Europe/Berlin',
      p_recurrence_pattern => 'FREQ=DAILY;BYHOUR=9;BYMINUTE=0'
    ) from named
  )), '07-02 09:00, 07-03 09:00, 07-04 09:00', 'with a rule that has it, it is taken'
);

-- A rule that ends at a time of its last day goes on until that day, whichever way the hour moves.
create temporary table bound on commit drop as select pg_temp.a_series('FREQ=DAILY;UNTIL=20400903T080000', '2040-09-01 08:00 Europe/Berlin') as id;
select reschedule_sms(id, '2040-09-01 10:00 Europe/Berlin') from bound;
select is(pg_temp.ahead((select id from bound)), '09-01 10:00, 09-02 10:00, 09-03 10:00', 'a later hour loses no day');
select reschedule_sms(id, '2040-09-01 07:30 Europe/Berlin') from bound;
select is((select recurrence_pattern from sms_messages where id = (select id from bound)), 'FREQ=DAILY;UNTIL=20400903T073000', 'nor wins an earlier one any');
select is(
  pg_temp.ahead((select change_sms_series(id, '2040-09-02 07:30 Europe/Berlin', p_scheduled_for => '2040-09-02 23:30 Europe/Berlin') from bound)),
  '09-02 23:30, 09-03 23:30', 'changed from one on as well'
);
create temporary table utc on commit drop as select pg_temp.a_series('FREQ=DAILY;UNTIL=20400903T060000Z', '2040-09-01 08:00 Europe/Berlin') as id;
update sms_messages set scheduled_for = '2040-09-01 09:45 Europe/Berlin' where id = (select id from utc);
select is(pg_temp.ahead((select id from utc)), '09-01 09:45, 09-02 09:45, 09-03 09:45', 'by the clock of UTC, too');
create temporary table by_date on commit drop as select pg_temp.a_series('FREQ=DAILY;UNTIL=20400903', '2040-09-01 08:00 Europe/Berlin') as id;
select reschedule_sms(id, '2040-09-01 23:00 Europe/Berlin') from by_date;
select is((select recurrence_pattern from sms_messages where id = (select id from by_date)), 'FREQ=DAILY;UNTIL=20400903', 'a bare date is the whole day anyway');
create temporary table hourly on commit drop as
select pg_temp.a_series('FREQ=DAILY;BYHOUR=8,12;UNTIL=20400902T083000', '2040-09-01 08:00 Europe/Berlin') as id;
select reschedule_sms(id, '2040-09-01 12:15 Europe/Berlin') from hourly;
select is(
  (select recurrence_pattern from sms_messages where id = (select id from hourly)), 'FREQ=DAILY;BYHOUR=8,12;UNTIL=20400902T084500',
  'where the rule says the hours, only the minutes move it'
);
select is(pg_temp.ahead((select id from hourly)), '09-01 12:15, 09-02 08:15', 'and no hour more comes of it');

-- The user's clock.
create temporary table moving on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=2', '2040-08-01 09:00 Europe/Berlin') as id;
select tick('2040-08-01 08:57 Europe/Berlin');
update user_sms_preferences set timezone = 'America/New_York';
select is(pg_temp.goes('FREQ=DAILY;COUNT=2'), '08-01 15:00', 'one that has its job goes at nine in New York');
select is(
  (select count(*) from queue_jobs where metadata ->> 'message_id' in (select id::text from sms_messages where message_content = 'FREQ=DAILY;COUNT=2') and status = 'pending'),
  0::bigint, 'and has none meanwhile'
);
select is(
  (select (recurrence_pattern, scheduled_for)::text from sms_messages where id = (select id from moving)),
  '(FREQ=DAILY;COUNT=2,"2040-08-02 13:00:00+00")', 'its series goes on there'
);
update user_sms_preferences set timezone = 'Europe/Berlin';

-- A routine.
update user_sms_preferences set morning_kickoff_enabled = true, morning_kickoff_time = '08:00';
create temporary table kickoff on commit drop as select id from sms_messages where routine = 'morning_kickoff';
select change_sms_occurrence(id, occurrence_at, 'special')
from kickoff
cross join lateral (select occurrence_at from list_sms_occurrences(id, p_limit => 3)) as coming;
select is((select count(*) from sms_messages where message_content = 'special' and status = 'scheduled'), 3::bigint, 'three mornings are special');
update user_sms_preferences set morning_kickoff_time = '00:02';
select is((select count(*) from sms_messages where message_content = 'special' and status = 'scheduled'), 0::bigint, 'at another time they are not');
select is(
  (select (recurrence_start::time, status)::text from sms_messages where id = (select id from kickoff)), '(00:02:00,scheduled)',
  'and the routine is at that time'
);
select ok((select scheduled_for > now() from sms_messages where id = (select id from kickoff)), 'never at once');
select throws_ok($$select tick('infinity')$$, '22023', null, 'time without an end does not pass');

select * from finish();
rollback;
