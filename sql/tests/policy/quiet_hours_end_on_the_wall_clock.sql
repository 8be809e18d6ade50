-- Quiet hours are half-open, may cross midnight, begin and end on the wall clock of their zone whatever the clocks do
-- that night, and are off where they begin when they end.
begin;
select plan(22);

select is(
  herald.quiet_hours_end(at::timestamptz, start::time, finish::time, zone), until::timestamptz, sentence
)
from (
  values
    ('2030-05-01 22:00+00', '22:00', '08:00', 'UTC', '2030-05-02 08:00+00', 'the first instant is quiet'),
    ('2030-05-01 21:59:59.999+00', '22:00', '08:00', 'UTC', null, 'the one before is not'),
    ('2030-05-02 00:00+00', '22:00', '08:00', 'UTC', '2030-05-02 08:00+00', 'so is midnight'),
    ('2030-05-02 07:59:59.999+00', '22:00', '08:00', 'UTC', '2030-05-02 08:00+00', 'so is the last one'),
    ('2030-05-02 08:00+00', '22:00', '08:00', 'UTC', null, 'the end is not'),
    ('2030-05-01 13:00+00', '12:00', '14:00', 'UTC', '2030-05-01 14:00+00', 'a window within a day'),
    ('2030-05-01 11:59+00', '12:00', '14:00', 'UTC', null, 'before it'),
    ('2030-05-01 14:00+00', '12:00', '14:00', 'UTC', null, 'after it'),
    ('2030-05-01 12:00+00', '12:00', '12:00', 'UTC', null, 'a window that ends when it begins is none'),
    ('2030-05-01 23:30+00', '22:30', '06:15', 'UTC', '2030-05-02 06:15+00', 'minutes count'),
    ('2030-05-01 22:15+00', '22:30', '06:15', 'UTC', null, 'and half past ten is not ten'),
    ('2030-07-01 20:30+00', '22:00', '08:00', 'Europe/Berlin', '2030-07-02 06:00+00', 'Berlin in summer'),
    ('2030-01-01 21:30+00', '22:00', '08:00', 'Europe/Berlin', '2030-01-02 07:00+00', 'Berlin in winter'),
    ('2030-01-01 16:30+00', '22:00', '06:00', 'Asia/Kathmandu', '2030-01-02 00:15+00', 'a zone off the hour'),
    -- Europe/Berlin 2030-03-31: 02:00 becomes 03:00.
    ('2030-03-30 22:00+00', '22:00', '08:00', 'Europe/Berlin', '2030-03-31 06:00+00', 'a night of nine hours ends at eight'),
    ('2030-03-31 00:30+00', '01:00', '02:30', 'Europe/Berlin', '2030-03-31 01:30+00', 'an end that is skipped comes later by the gap'),
    ('2030-03-31 01:00+00', '02:00', '03:00', 'Europe/Berlin', null, 'a window that is skipped does not happen'),
    -- Europe/Berlin 2030-10-27: 03:00 becomes 02:00.
    ('2030-10-26 21:00+00', '22:00', '08:00', 'Europe/Berlin', '2030-10-27 07:00+00', 'a night of eleven hours ends at eight'),
    ('2030-10-27 00:15+00', '01:00', '02:30', 'Europe/Berlin', '2030-10-27 01:30+00', 'of an end that comes twice it is the second'),
    ('2030-05-01 12:00+00', null, '14:00', 'UTC', null, 'a window without a beginning is none'),
    ('2030-05-01 12:00+00', '10:00', null, 'UTC', null, 'nor is one without an end')
) as given (at, start, finish, zone, until, sentence);
select is_empty(
  $$
  select zone.name, at
  from pg_timezone_names as zone
  cross join generate_series(timestamptz '2030-01-01 00:10+00', '2030-12-31 00:10+00', interval '37 hours') as at
  cross join lateral herald.quiet_hours_end(at, '22:00', '07:30', zone.name) as until
  where zone.name !~ '^(posix|right)/' and zone.name not in ('Factory', 'localtime', 'posixrules')
    and (
      until <= at
      or until > at + interval '10 hours 30 minutes'
      or herald.quiet_hours_end(until, '22:00', '07:30', zone.name) is not null
    )
  $$, 'in every zone, all the year round, they end within their length, and what waited for their end may go then'
);

select * from finish();
rollback;
