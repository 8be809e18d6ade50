-- Section 8, 24: a clock change sent a daily text twice, never, or an hour off. Through both changes of a year, in zones
-- that change at other hours, by other lengths and in the south, each day has one text, at its time on the wall.
begin;
select plan(4);
set local timezone = 'UTC';

create temporary table reader on commit drop as
select zone, a_user_with_phone('+1202555' || (1000 + number)) as id
from unnest('{America/New_York, Europe/Berlin, Australia/Lord_Howe, Asia/Beirut, America/Havana, America/Nuuk}'::text[]) with ordinality as given (zone, number);
update user_sms_preferences as wishes set timezone = zone from reader where reader.id = wishes.user_id;
-- At the hours at which clocks are changed, and at one that never is.
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern, expires_at)
select id, phone_of(id), hour::text, 'scheduled', herald.instant_of('2040-01-01 00:00'::timestamp + hour, zone), 'FREQ=DAILY', herald.instant_of('2040-01-01 00:00'::timestamp + hour, zone) + interval '1 day'
from reader cross join unnest('{00:00, 01:30, 02:30, 08:00}'::time[]) as hour;
-- A tick an hour, through the weeks of the changes.
do $$
declare
  v_day date;
begin
  foreach v_day in array '{2040-01-01, 2040-03-11, 2040-03-25, 2040-04-01, 2040-10-07, 2040-10-28, 2040-11-04, 2040-12-30}'::date[] loop
    for v_hour in -12..20 loop
      perform herald.recur_series(v_day::timestamptz + v_hour * interval '1 hour', false);
    end loop;
  end loop;
end $$;

create temporary table made on commit drop as
select zone, message_content::time as hour, occurrence, scheduled_for, scheduled_for at time zone zone as wall
from sms_messages inner join reader on reader.id = user_id
where occurrence is not null;
select is_empty('select zone, hour, occurrence::date from made group by 1, 2, 3 having count(*) > 1', 'no day has two');
select is_empty(
  $$
    select zone, hour, day::date
    from reader cross join unnest('{00:00, 01:30, 02:30, 08:00}'::time[]) as hour
    cross join generate_series(timestamptz '2040-01-01', '2040-12-30', '1 day') as day
    except
    select zone, hour, occurrence::date from made
  $$,
  'no day has none'
);
select is_empty(
  $$
    select zone, hour, occurrence, wall from made
    where wall <> occurrence
      -- Only what the clocks skip is moved, by what they skip.
      and (occurrence at time zone zone at time zone zone = occurrence or wall - occurrence not in ('1 hour', '30 minutes'))
  $$,
  'each comes at its time on the wall, or, where the clocks skip that, later by what they skip'
);
select is_empty($$select zone, hour from made where hour = '08:00' and wall::time <> '08:00'$$, 'eight o''clock is eight o''clock all the year');

select * from finish();
rollback;
