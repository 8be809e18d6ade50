-- A time of day stays what it is all the year round: what the clocks skip comes later by the gap, what they show twice
-- happens the first time, and what falls on one instant happens once.
begin;
select plan(36);

create function pg_temp.series(p_rule text, p_start timestamp, p_zone text, p_limit integer default null, p_after timestamp default null, p_until timestamptz default null)
returns text language sql as $$
  select coalesce(string_agg(to_char(wall, 'MM-DD HH24:MI') || ' = ' || to_char(at at time zone 'UTC', 'DD HH24:MI'), ', ' order by place), '')
  from herald.occurrences(p_rule, p_start, p_zone, p_after, p_until, p_limit) with ordinality as given (wall, at, place);
$$;

select is(herald.instant_of(wall::timestamp, zone), at::timestamptz, sentence)
from (
  values
    ('2030-07-01 08:00', 'Europe/Berlin', '2030-07-01 06:00+00', 'a morning in summer'),
    ('2030-01-01 08:00', 'Europe/Berlin', '2030-01-01 07:00+00', 'a morning in winter'),
    -- Europe/Berlin 2030-03-31: 02:00 becomes 03:00.
    ('2030-03-31 01:59:59', 'Europe/Berlin', '2030-03-31 00:59:59+00', 'the last second before a gap'),
    ('2030-03-31 02:00', 'Europe/Berlin', '2030-03-31 01:00+00', 'the beginning of a gap is its end'),
    ('2030-03-31 02:30', 'Europe/Berlin', '2030-03-31 01:30+00', 'half past two becomes half past three'),
    ('2030-03-31 03:00', 'Europe/Berlin', '2030-03-31 01:00+00', 'three is three'),
    -- Europe/Berlin 2030-10-27: 03:00 becomes 02:00.
    ('2030-10-27 01:59:59', 'Europe/Berlin', '2030-10-26 23:59:59+00', 'the last second before an hour that comes twice'),
    ('2030-10-27 02:00', 'Europe/Berlin', '2030-10-27 00:00+00', 'two is the first two'),
    ('2030-10-27 02:30', 'Europe/Berlin', '2030-10-27 00:30+00', 'half past two is the first one'),
    ('2030-10-27 02:59:59.999999', 'Europe/Berlin', '2030-10-27 00:59:59.999999+00', 'and so on to the end'),
    ('2030-10-27 03:00', 'Europe/Berlin', '2030-10-27 02:00+00', 'three comes once'),
    -- Australia/Lord_Howe turns by half an hour: 2030-10-06 02:00 becomes 02:30, 2030-04-07 02:00 becomes 01:30.
    ('2030-10-06 02:10', 'Australia/Lord_Howe', '2030-10-05 15:40+00', 'a gap of half an hour'),
    ('2030-04-07 01:45', 'Australia/Lord_Howe', '2030-04-06 14:45+00', 'half an hour that comes twice'),
    -- Antarctica/Troll turns by two hours: 2030-10-27 03:00 becomes 01:00.
    ('2030-10-27 02:30', 'Antarctica/Troll', '2030-10-27 00:30+00', 'two hours that come twice'),
    -- America/Sao_Paulo 2018-11-04: 00:00 becomes 01:00; 2018-02-18: 00:00 becomes 23:00 of the 17th.
    ('2018-11-04 00:00', 'America/Sao_Paulo', '2018-11-04 03:00+00', 'a midnight that is skipped'),
    ('2018-02-17 23:30', 'America/Sao_Paulo', '2018-02-18 01:30+00', 'an hour before midnight that comes twice'),
    -- Pacific/Apia had no 30 December 2011.
    ('2011-12-30 08:00', 'Pacific/Apia', '2011-12-30 18:00+00', 'a day that is skipped'),
    ('2011-12-31 08:00', 'Pacific/Apia', '2011-12-30 18:00+00', 'is the next one'),
    ('infinity', 'Europe/Berlin', 'infinity', 'no end of time'),
    ('-infinity', 'Europe/Berlin', '-infinity', 'and no beginning'),
    (null, 'Europe/Berlin', null, 'no time, no instant'),
    ('2030-07-01 08:00', null, null, 'no zone, no instant')
) as given (wall, zone, at, sentence);
select throws_ok($$select herald.instant_of('2030-07-01 08:00', 'Europe/Atlantis')$$, '22023', null, 'a zone that there is not');

set local time zone 'America/New_York';
select is(
  herald.instant_of('2030-11-04 01:30', 'Australia/Sydney'), timestamptz '2030-11-03 14:30+00',
  'the session''s clocks have no say, and be they turned that day'
);
select is(pg_temp.series(rule, start::timestamp, zone, most, after::timestamp), series, sentence)
from (
  values
    ('FREQ=DAILY', '2030-03-29 08:00', 'Europe/Berlin', 4, null, '03-29 08:00 = 29 07:00, 03-30 08:00 = 30 07:00, 03-31 08:00 = 31 06:00, 04-01 08:00 = 01 06:00', 'eight o''clock stays eight o''clock in spring'),
    ('FREQ=DAILY', '2030-10-26 08:00', 'Europe/Berlin', 3, null, '10-26 08:00 = 26 06:00, 10-27 08:00 = 27 07:00, 10-28 08:00 = 28 07:00', 'and in autumn'),
    ('FREQ=DAILY', '2030-03-30 02:30', 'Europe/Berlin', 3, null, '03-30 02:30 = 30 01:30, 03-31 02:30 = 31 01:30, 04-01 02:30 = 01 00:30', 'half past two comes on the day that has none, an hour later, and on the next as ever'),
    ('FREQ=DAILY', '2030-10-26 02:30', 'Europe/Berlin', 3, null, '10-26 02:30 = 26 00:30, 10-27 02:30 = 27 00:30, 10-28 02:30 = 28 01:30', 'half past two comes once on the day that has two'),
    ('FREQ=DAILY;BYHOUR=2,3', '2030-03-31 00:30', 'Europe/Berlin', 3, null, '03-31 02:30 = 31 01:30, 04-01 02:30 = 01 00:30, 04-01 03:30 = 01 01:30', 'half past three does not follow half past two at the same instant'),
    ('FREQ=DAILY;BYHOUR=2,3', '2030-03-31 00:30', 'Europe/Berlin', 1, '2030-03-31 02:30', '04-01 02:30 = 01 00:30', 'not even if that was asked for before'),
    ('FREQ=DAILY;BYHOUR=2,3', '2030-03-31 03:00:00', 'Europe/Berlin', 1, null, '03-31 03:00 = 31 01:00', 'but it comes if the series begins with it'),
    ('FREQ=DAILY;BYHOUR=2,3;COUNT=3', '2030-03-31 00:30', 'Europe/Berlin', null, null, '03-31 02:30 = 31 01:30, 04-01 02:30 = 01 00:30', 'COUNT counts what the rule says, and two at one instant are two'),
    ('FREQ=DAILY', '2011-12-29 08:00', 'Pacific/Apia', 3, null, '12-29 08:00 = 29 18:00, 12-30 08:00 = 30 18:00, 01-01 08:00 = 31 18:00', 'a day that is skipped is the next, which happens once'),
    ('FREQ=DAILY', '2011-12-01 08:00', 'Pacific/Apia', 2, '2011-12-29 08:00', '12-30 08:00 = 30 18:00, 01-01 08:00 = 31 18:00', 'and as many come as were asked for'),
    ('FREQ=DAILY;UNTIL=20301027T003000Z', '2030-10-26 02:30', 'Europe/Berlin', null, null, '10-26 02:30 = 26 00:30, 10-27 02:30 = 27 00:30', 'UNTIL an instant within the hour that comes twice')
) as given (rule, start, zone, most, after, series, sentence);
select is(
  pg_temp.series('FREQ=DAILY;BYMINUTE=15,45;BYHOUR=2', '2030-10-27 00:00', 'Europe/Berlin', null, null, '2030-10-27 01:05+00'),
  '10-27 02:15 = 27 00:15, 10-27 02:45 = 27 00:45', 'at five past two, for the second time, a quarter to three has been'
);

select * from finish();
rollback;
