-- A series recurs on its user's wall clock, wherever they move and whatever the clocks do; one with a zone of its own
-- stays there.
begin;
select plan(24);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
create function pg_temp.a_series(p_zone text, p_at timestamptz, p_own_zone text default null, p_rule text default 'FREQ=DAILY', p_expires_at timestamptz default null)
returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  update user_sms_preferences set timezone = p_zone;
  select queue_sms_message(
    id, null, 'hello', p_scheduled_for => p_at, p_recurrence_pattern => p_rule, p_recurrence_timezone => p_own_zone, p_expires_at => p_expires_at
  ) from reader;
$$;
-- The times of the next occurrences, as ticks come to them.
create function pg_temp.next(p_number integer) returns timestamptz[] language plpgsql as $$
declare
  v_at timestamptz;
  v_all timestamptz[];
begin
  for v_round in 1..p_number loop
    select scheduled_for into v_at from sms_messages where recurrence_pattern is not null;
    v_all := v_all || v_at;
    perform tick(v_at - interval '3 minutes');
  end loop;
  return v_all;
end $$;

-- New York 2040: 02:00 becomes 03:00 on March 11, and 01:00 again on November 4.
select from pg_temp.a_series('America/New_York', '2040-03-10 13:00+00');
select is(pg_temp.next(3), '{2040-03-10 13:00+00, 2040-03-11 12:00+00, 2040-03-12 12:00+00}', 'eight o''clock stays eight o''clock when summer begins');
select from pg_temp.a_series('America/New_York', '2040-11-03 12:00+00');
select is(pg_temp.next(3), '{2040-11-03 12:00+00, 2040-11-04 13:00+00, 2040-11-05 13:00+00}', 'and when it ends');
select from pg_temp.a_series('America/New_York', '2040-03-10 07:30+00');
select is(pg_temp.next(3), '{2040-03-10 07:30+00, 2040-03-11 07:30+00, 2040-03-12 06:30+00}', 'half past two, which does not exist that night, comes an hour later');
select from pg_temp.a_series('America/New_York', '2040-11-03 05:30+00');
select is(pg_temp.next(3), '{2040-11-03 05:30+00, 2040-11-04 05:30+00, 2040-11-05 06:30+00}', 'half past one, which comes twice, happens once');
select is((select array_agg(occurrence order by occurrence) from sms_messages where occurrence is not null), '{2040-11-03 01:30, 2040-11-04 01:30, 2040-11-05 01:30}', 'what stays the same is the wall clock');
select from pg_temp.a_series('Australia/Lord_Howe', '2040-03-30 21:00+00');
select is(pg_temp.next(2), '{2040-03-30 21:00+00, 2040-03-31 21:30+00}', 'also where clocks are changed by half an hour');

-- The user moves.
select from pg_temp.a_series('America/New_York', '2040-05-01 12:00+00');
update user_sms_preferences set timezone = 'Asia/Tokyo';
select results_eq(
  'select scheduled_for, expires_at, recurrence_start from sms_messages',
  $$values ('2040-04-30 23:00+00'::timestamptz, '2040-05-01 23:00+00'::timestamptz, '2040-05-01 08:00'::timestamp)$$,
  'moved to Tokyo, eight o''clock is that of Tokyo'
);
select is(pg_temp.next(2), '{2040-04-30 23:00+00, 2040-05-01 23:00+00}', 'from the next one on');
update user_sms_preferences set timezone = 'America/Los_Angeles';
select is(pg_temp.next(2), '{2040-05-03 15:00+00, 2040-05-04 15:00+00}', 'moved on, none comes twice a day, nor is one left out');
select is((select count(distinct occurrence) from sms_messages where occurrence is not null), 4::bigint, 'four days, four texts');
select from pg_temp.a_series('America/New_York', '2040-05-01 12:00+00', p_expires_at => '2040-05-01 12:45+00');
update user_sms_preferences set timezone = 'America/Los_Angeles';
select results_eq('select scheduled_for, expires_at from sms_messages', $$values ('2040-05-01 15:00+00'::timestamptz, '2040-05-01 15:45+00'::timestamptz)$$, 'an expiry that was given goes along');

-- What is made ahead goes along, too.
select from pg_temp.a_series('America/New_York', '2040-05-01 12:00+00', p_expires_at => '2040-05-01 12:45+00');
select from sms_messages cross join lateral change_sms_occurrence(id, '2040-05-02 12:00+00', 'other words') as changed where recurrence_pattern is not null;
select from sms_messages cross join lateral change_sms_occurrence(id, '2040-05-03 12:00+00', null, '2040-05-03 16:00+00') as changed where recurrence_pattern is not null;
update user_sms_preferences set timezone = 'America/Los_Angeles';
select results_eq(
  'select scheduled_for, expires_at, occurrence from sms_messages where occurrence is not null order by 1',
  $$values
    ('2040-05-02 15:00+00'::timestamptz, '2040-05-02 15:45+00'::timestamptz, '2040-05-02 08:00'::timestamp),
    ('2040-05-03 16:00+00', '2040-05-03 16:45+00', '2040-05-03 08:00')
  $$,
  'one with other words goes along, one that was given a time keeps it'
);
select from pg_temp.a_series('America/New_York', '2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00');
update user_sms_preferences set timezone = 'America/Los_Angeles';
select is(
  (select scheduled_for from sms_messages where occurrence is not null), '2040-05-01 15:00+00', 'one that has its job already, minutes before its time, moves along'
);
select is((select scheduled_for from sms_messages where recurrence_pattern is not null), '2040-05-02 15:00+00', 'and not again that day');

-- A zone of its own.
select from pg_temp.a_series('America/New_York', '2040-03-24 08:00+00', 'Europe/Berlin');
select is(pg_temp.next(3), '{2040-03-24 08:00+00, 2040-03-25 07:00+00, 2040-03-26 07:00+00}', 'nine in Berlin stays nine in Berlin');
update user_sms_preferences set timezone = 'Asia/Tokyo';
select is(pg_temp.next(2), '{2040-03-27 07:00+00, 2040-03-28 07:00+00}', 'wherever the user moves');
update sms_messages set recurrence_timezone = null where recurrence_pattern is not null;
select is((select scheduled_for from sms_messages where recurrence_pattern is not null), '2040-03-29 07:00+00', 'without it, its next one stays');
select is((select recurrence_start from sms_messages where recurrence_pattern is not null), '2040-03-29 16:00', 'and gives the time on the user''s clock');
update user_sms_preferences set timezone = 'America/New_York';
select is((select scheduled_for from sms_messages where recurrence_pattern is not null), '2040-03-29 20:00+00', 'which it then follows');

-- Which day it is is the user's to say.
select from pg_temp.a_series('Pacific/Auckland', '2040-05-01 20:00+00', p_rule => 'FREQ=WEEKLY;BYDAY=WE');
select is(pg_temp.next(2), '{2040-05-01 20:00+00, 2040-05-08 20:00+00}', 'Wednesday in Auckland is Tuesday in UTC');
select from pg_temp.a_series('America/New_York', '2040-01-31 14:00+00', p_rule => 'FREQ=MONTHLY;BYMONTHDAY=-1');
select is(pg_temp.next(4), '{2040-01-31 14:00+00, 2040-02-29 14:00+00, 2040-03-31 13:00+00, 2040-04-30 13:00+00}', 'the last day of the month, in a leap year');
select from pg_temp.a_series('UTC', '2040-02-29 12:00+00', p_rule => 'FREQ=YEARLY');
select is(pg_temp.next(2), '{2040-02-29 12:00+00, 2044-02-29 12:00+00}', 'a leap day comes every fourth year');
select from pg_temp.a_series('UTC', '2040-01-31 12:00+00', p_rule => 'FREQ=MONTHLY');
select is(pg_temp.next(3), '{2040-01-31 12:00+00, 2040-03-31 12:00+00, 2040-05-31 12:00+00}', 'a month without a thirty-first has none');
select from pg_temp.a_series('UTC', '2040-05-01 12:00:30.7+00');
select is(pg_temp.next(2), '{2040-05-01 12:00:30+00, 2040-05-02 12:00:30+00}', 'a fraction of a second is dropped');

select * from finish();
rollback;
