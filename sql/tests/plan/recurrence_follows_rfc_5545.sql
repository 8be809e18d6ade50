-- A rule comes on the days on which RFC 5545 says it comes: its own examples (3.8.5.3), and what they leave open.
begin;
select plan(87);

create function pg_temp.walls(
  p_rule text, p_start timestamp, p_limit integer, p_after timestamp default null, p_until timestamptz default null,
  p_zone text default 'America/New_York'
) returns text language sql as $$
  select coalesce(string_agg(to_char(wall, case when wall::time = p_start::time then 'YYYY-MM-DD' else 'YYYY-MM-DD HH24:MI' end), ' ' order by place), '')
  from herald.occurrences(p_rule, p_start, p_zone, p_after, p_until, p_limit) with ordinality as given (wall, at, place);
$$;

-- The examples of the RFC, from 09:00 in New York on the day that it gives.
select is(pg_temp.walls(rule, start::timestamp + time '09:00', most), walls, rule || ' from ' || start)
from (
  values
    ('FREQ=DAILY;COUNT=10', '1997-09-02', null, '1997-09-02 1997-09-03 1997-09-04 1997-09-05 1997-09-06 1997-09-07 1997-09-08 1997-09-09 1997-09-10 1997-09-11'),
    ('FREQ=DAILY;INTERVAL=2', '1997-09-02', 5, '1997-09-02 1997-09-04 1997-09-06 1997-09-08 1997-09-10'),
    ('FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09-02', null, '1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12'),
    ('FREQ=WEEKLY;COUNT=10', '1997-09-02', null, '1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-10-07 1997-10-14 1997-10-21 1997-10-28 1997-11-04'),
    ('FREQ=WEEKLY;INTERVAL=2;WKST=SU', '1997-09-02', 10, '1997-09-02 1997-09-16 1997-09-30 1997-10-14 1997-10-28 1997-11-11 1997-11-25 1997-12-09 1997-12-23 1998-01-06'),
    ('FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', '1997-09-02', null, '1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16 1997-09-18 1997-09-23 1997-09-25 1997-09-30 1997-10-02'),
    ('FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR', '1997-09-01', null, '1997-09-01 1997-09-03 1997-09-05 1997-09-15 1997-09-17 1997-09-19 1997-09-29 1997-10-01 1997-10-03 1997-10-13 1997-10-15 1997-10-17 1997-10-27 1997-10-29 1997-10-31 1997-11-10 1997-11-12 1997-11-14 1997-11-24 1997-11-26 1997-11-28 1997-12-08 1997-12-10 1997-12-12 1997-12-22'),
    ('FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', '1997-09-02', null, '1997-09-02 1997-09-04 1997-09-16 1997-09-18 1997-09-30 1997-10-02 1997-10-14 1997-10-16'),
    ('FREQ=MONTHLY;COUNT=10;BYDAY=1FR', '1997-09-05', null, '1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 1998-04-03 1998-05-01 1998-06-05'),
    ('FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR', '1997-09-05', null, '1997-09-05 1997-10-03 1997-11-07 1997-12-05'),
    ('FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU', '1997-09-07', null, '1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04 1998-01-25 1998-03-01 1998-03-29 1998-05-03 1998-05-31'),
    ('FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '1997-09-22', null, '1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16'),
    ('FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', 6, '1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26'),
    ('FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15', '1997-09-02', null, '1997-09-02 1997-09-15 1997-10-02 1997-10-15 1997-11-02 1997-11-15 1997-12-02 1997-12-15 1998-01-02 1998-01-15'),
    ('FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '1997-09-30', null, '1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01 1997-12-31 1998-01-01 1998-01-31 1998-02-01'),
    ('FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15', '1997-09-10', null, '1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11 1999-03-12 1999-03-13'),
    ('FREQ=MONTHLY;INTERVAL=2;BYDAY=TU', '1997-09-02', 18, '1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-11-04 1997-11-11 1997-11-18 1997-11-25 1998-01-06 1998-01-13 1998-01-20 1998-01-27 1998-03-03 1998-03-10 1998-03-17 1998-03-24 1998-03-31'),
    ('FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '1997-06-10', null, '1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10 1999-07-10 2000-06-10 2000-07-10 2001-06-10 2001-07-10'),
    ('FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3', '1997-03-10', null, '1997-03-10 1999-01-10 1999-02-10 1999-03-10 2001-01-10 2001-02-10 2001-03-10 2003-01-10 2003-02-10 2003-03-10'),
    ('FREQ=YEARLY;BYDAY=20MO', '1997-05-19', 3, '1997-05-19 1998-05-18 1999-05-17'),
    ('FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '1997-03-13', 11, '1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12 1998-03-19 1998-03-26 1999-03-04 1999-03-11 1999-03-18 1999-03-25'),
    ('FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8', '1997-06-05', 14, '1997-06-05 1997-06-12 1997-06-19 1997-06-26 1997-07-03 1997-07-10 1997-07-17 1997-07-24 1997-07-31 1997-08-07 1997-08-14 1997-08-21 1997-08-28 1998-06-04'),
    ('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1997-09-02', 5, '1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13'),
    ('FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13', '1997-09-13', 10, '1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 1998-04-11 1998-05-09 1998-06-13'),
    ('FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '1996-11-05', 3, '1996-11-05 2000-11-07 2004-11-02'),
    ('FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04', null, '1997-09-04 1997-10-07 1997-11-06'),
    ('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '1997-09-29', 7, '1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30'),
    ('FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40', '1997-09-02', 4, '1997-09-02 1997-09-02 09:20 1997-09-02 09:40 1997-09-02 10:00'),
    ('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08-05', null, '1997-08-05 1997-08-10 1997-08-19 1997-08-24'),
    ('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05', null, '1997-08-05 1997-08-17 1997-08-19 1997-08-31'),
    ('FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15', null, '2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30')
) as example (rule, start, most, walls);
select is(
  (select (count(*), min(wall), max(wall))::text from herald.occurrences(rule, start::timestamp, 'America/New_York')), summary, rule
)
from (
  values
    ('FREQ=DAILY;UNTIL=19971224T000000Z', '1997-09-02 09:00', '(113,"1997-09-02 09:00:00","1997-12-23 09:00:00")'),
    ('FREQ=WEEKLY;UNTIL=19971224T000000Z', '1997-09-02 09:00', '(17,"1997-09-02 09:00:00","1997-12-23 09:00:00")'),
    ('FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA', '1998-01-01 09:00', '(93,"1998-01-01 09:00:00","2000-01-31 09:00:00")'),
    ('FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1', '1998-01-01 09:00', '(93,"1998-01-01 09:00:00","2000-01-31 09:00:00")')
) as example (rule, start, summary);

-- What a rule leaves out, and the ends of months and years.
select is(pg_temp.walls(rule, start::timestamp, most), walls, sentence)
from (
  values
    ('FREQ=MONTHLY', '2027-01-31 08:00', 4, '2027-01-31 2027-03-31 2027-05-31 2027-07-31', 'a month without a 31st is left out'),
    ('FREQ=YEARLY', '2096-02-29 08:00', 2, '2096-02-29 2104-02-29', 'so is a year without a 29 February, and 2100 is one'),
    ('FREQ=YEARLY;BYMONTH=2', '2027-01-29 08:00', 2, '2028-02-29 2032-02-29', 'the day of the start goes with BYMONTH'),
    ('FREQ=YEARLY;BYMONTHDAY=-1;BYDAY=FR', '2027-01-01 08:00', 3, '2027-04-30 2027-12-31 2028-03-31', 'BYMONTHDAY alone is of every month'),
    ('FREQ=YEARLY;BYDAY=53FR', '2027-01-01 08:00', 3, '2027-12-31 2032-12-31 2038-12-31', 'a 53rd Friday is rare'),
    ('FREQ=YEARLY;BYDAY=-53TH', '2027-01-01 08:00', 2, '2032-01-01 2037-01-01', 'and so is one from the end'),
    ('FREQ=YEARLY;BYMONTH=3,11;BYDAY=-1SU', '2027-01-01 08:00', 3, '2027-03-28 2027-11-28 2028-03-26', 'with BYMONTH an ordinal is within the month'),
    ('FREQ=YEARLY;BYDAY=5MO;BYMONTHDAY=1', '2027-01-01 08:00', 2, '2027-02-01 2038-02-01', 'without one it is within the year, whatever else is asked'),
    ('FREQ=MONTHLY;BYDAY=1MO,FR', '2027-01-01 08:00', 6, '2027-01-01 2027-01-04 2027-01-08 2027-01-15 2027-01-22 2027-01-29', 'of days in a list each is enough'),
    ('FREQ=MONTHLY;BYDAY=5MO', '2027-01-01 08:00', 3, '2027-03-29 2027-05-31 2027-08-30', 'a month without a fifth Monday is left out'),
    ('FREQ=MONTHLY;BYDAY=MO,MO,+1MO;BYMONTHDAY=1,01', '2027-01-01 08:00', 2, '2027-02-01 2027-03-01', 'what is said twice happens once'),
    ('FREQ=WEEKLY;BYDAY=MO;BYMONTH=1', '2027-01-20 08:00', 3, '2027-01-25 2028-01-03 2028-01-10', 'a week may be partly in a month'),
    ('FREQ=DAILY;BYMONTHDAY=-1;BYMONTH=2', '2027-01-01 08:00', 2, '2027-02-28 2028-02-29', 'a daily rule looks at the calendar, too'),
    ('FREQ=DAILY;BYMONTHDAY=29;BYDAY=MO;BYMONTH=2', '2027-01-01 08:00', 3, '2044-02-29 2072-02-29 2112-02-29', '29 February on a Monday'),
    ('FREQ=YEARLY;INTERVAL=97;BYMONTH=2;BYMONTHDAY=29', '2027-01-01 08:00', 3, '2124-02-29 2512-02-29 3288-02-29', 'three in twelve centuries'),
    ('FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=1,31;BYSETPOS=1,-1', '2027-01-15 08:00', 4, '2027-12-31 2028-01-01 2028-12-31 2029-01-01', 'BYSETPOS counts in the whole year, from either end'),
    ('FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1', '2027-01-06 08:00', 2, '2027-01-11 2027-01-18', 'and in the whole week, the first one as well'),
    ('FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,30;BYSETPOS=2,-1,4', '2027-01-06 08:00', 3, '2027-01-06 08:30 2027-01-06 20:30 2027-01-07 08:30', 'in a day it counts times, each once'),
    ('FREQ=MONTHLY;BYMONTHDAY=1,2;BYHOUR=6,18;BYSETPOS=3', '2027-01-01 08:00', 2, '2027-01-02 06:00 2027-02-02 06:00', 'and in a month days with their times'),
    ('FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2', '2027-01-01 08:00', 2, '', 'a place that nothing has is empty'),
    ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2027-01-01 08:00', 1, '', '30 February never comes, and that is found out'),
    ('FREQ=DAILY;INTERVAL=7;BYDAY=MO;COUNT=3', '2027-01-05 08:00', null, '', 'nor does Monday among Tuesdays'),
    ('FREQ=DAILY', '9999-12-30 08:00', null, '9999-12-30 9999-12-31', 'time ends with the year 9999'),
    ('rrule:freq=weekly;byday=tu;count=1', '2027-01-01 08:00', null, '2027-01-05', 'lower case is accepted, and RRULE: before it'),
    ('FREQ=DAILY', '2027-01-01 08:00', 0, '', 'none are none'),
    ('FREQ=DAILY', '2027-01-01 08:00', -1, '', 'and less than none are, too')
) as given (rule, start, most, walls, sentence);
select results_eq(
  $$select wall from herald.occurrences('FREQ=DAILY;BYHOUR=8', '2027-01-01 08:00:17.9', 'UTC', p_limit => 2)$$,
  $$values (timestamp '2027-01-01 08:00:17'), ('2027-01-02 08:00:17')$$,
  'seconds are those of the start, and a fraction of one is dropped'
);
select is(
  (select (count(*), max(wall))::text from herald.occurrences('FREQ=YEARLY', '2027-01-01 08:00', 'UTC', p_limit => 250)),
  '(250,"2276-01-01 08:00:00")', 'a series may be longer than the search for its next occurrence'
);

-- From where, and to where.
select is(pg_temp.walls(rule, start::timestamp, most, after::timestamp, until::timestamptz), walls, sentence)
from (
  values
    ('FREQ=DAILY', '2027-01-01 08:00', 2, '2027-01-05 08:00', null, '2027-01-06 2027-01-07', 'what comes after an occurrence does not have it'),
    ('FREQ=DAILY', '2027-01-01 08:00', 2, '2026-01-05 08:00', null, '2027-01-01 2027-01-02', 'nothing comes before the start'),
    ('FREQ=DAILY;INTERVAL=3', '1997-01-01 08:00', 2, '2027-01-02 09:00', null, '2027-01-03 2027-01-06', 'every third day stays in step for thirty years'),
    ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU', '1997-01-01 08:00', 3, '2027-01-02 09:00', null, '2027-01-03 2027-01-04 2027-01-17', 'so does every other week'),
    ('FREQ=DAILY;COUNT=5', '2027-01-01 08:00', null, '2027-01-03 08:00', null, '2027-01-04 2027-01-05', 'COUNT counts from the start'),
    ('FREQ=DAILY;COUNT=5', '2027-01-01 08:00', null, '2027-01-05 08:00', null, '', 'and then it is over'),
    ('FREQ=DAILY', '2027-01-01 08:00', null, '2027-01-02 08:00', '2027-01-04 13:00+00', '2027-01-03 2027-01-04', 'an occurrence at the last instant is in'),
    ('FREQ=DAILY', '2027-01-01 08:00', null, null, '2027-01-02 12:59:59+00', '2027-01-01', 'one after it is not'),
    ('FREQ=DAILY;UNTIL=20270102', '2027-01-01 23:59:59', null, null, null, '2027-01-01 2027-01-02', 'UNTIL a day has that day in it'),
    ('FREQ=DAILY;UNTIL=20270102T080000', '2027-01-01 08:00', null, null, null, '2027-01-01 2027-01-02', 'UNTIL a time on the wall clock has that time in it'),
    ('FREQ=DAILY;UNTIL=20270102T075959', '2027-01-01 08:00', null, null, null, '2027-01-01', 'but not a second more'),
    ('FREQ=DAILY;UNTIL=20270102T130000Z', '2027-01-01 08:00', null, null, null, '2027-01-01 2027-01-02', 'UNTIL an instant has that instant in it'),
    ('FREQ=DAILY;UNTIL=20270102T125959Z', '2027-01-01 08:00', null, null, null, '2027-01-01', 'and not a second more, either')
) as given (rule, start, most, after, until, walls, sentence);

-- A walk through twenty centuries of minutes would last for hours.
set local statement_timeout = '10s';
select is(
  pg_temp.walls(
    'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE='
      || (select string_agg(minute::text, ',') from generate_series(0, 59) as minute),
    '0001-01-01 08:00', 2, '2027-01-02 23:59'
  ),
  '2027-01-03 00:00 2027-01-03 00:01', 'how long ago a rule began makes no difference'
);
select is(pg_temp.walls('FREQ=DAILY', start::timestamp, 2, after::timestamp, until::timestamptz), walls, format('from %s after %s until %s', start, after, until))
from (
  values
    ('-infinity', null, null, ''), ('infinity', null, null, ''), ('0044-03-15 BC', null, null, ''),
    ('294000-01-01', null, null, ''), ('2027-01-01', 'infinity', null, ''), ('2027-01-01', null, '-infinity', ''),
    ('2027-01-01', null, '4714-11-24 00:00+00 BC', ''), ('2027-01-01', '-infinity', 'infinity', '2027-01-01 2027-01-02'),
    ('2027-01-01', '4000-01-01 BC', '294276-12-31 23:59+00', '2027-01-01 2027-01-02'), (null, null, null, '')
) as given (start, after, until, walls);

select * from finish();
rollback;
