-- Section 8, 8: "today" was computed in UTC, and reminders went out for the wrong local day. A reminder for nine on
-- Monday comes at nine on Monday, wherever its user is.
begin;
select plan(4);
set local timezone = 'UTC';

create temporary table reader on commit drop as
select zone, a_user_with_phone('+1202555010' || number) as id
from unnest('{Pacific/Kiritimati, Asia/Kolkata, Europe/Berlin, America/Los_Angeles, Pacific/Pago_Pago}'::text[]) with ordinality as given (zone, number);
update user_sms_preferences as wishes set timezone = zone from reader where reader.id = wishes.user_id;
-- Made in the afternoon of Saturday, May 5, in UTC: Sunday in Kiritimati.
select queue_sms_message(id, null, 'the week begins', p_scheduled_for => '2040-05-05 15:00+00', p_recurrence_pattern => 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0') is not null as queued from reader;

select results_eq(
  $$select zone, scheduled_for from sms_messages inner join reader on reader.id = user_id order by 2$$,
  $$values
    ('Pacific/Kiritimati', '2040-05-06 19:00+00'::timestamptz), ('Asia/Kolkata', '2040-05-07 03:30+00'), ('Europe/Berlin', '2040-05-07 07:00+00'),
    ('America/Los_Angeles', '2040-05-07 16:00+00'), ('Pacific/Pago_Pago', '2040-05-07 20:00+00')
  $$,
  'Monday at nine is another instant for each of them'
);
select from generate_series(timestamptz '2040-05-06 00:00+00', '2040-05-22 00:00+00', '1 hour') as now
cross join lateral tick(now) as ticked cross join lateral (select count(claim.*) from claim_sms('a sender', p_now => now) as claim) as claimed;
select is((select count(*) from sms_messages where occurrence is not null), 15::bigint, 'on three Mondays each has three');
select is_empty(
  $$
    select zone, counted_at at time zone zone
    from sms_messages inner join reader on reader.id = user_id
    where occurrence is not null and date_trunc('hour', counted_at at time zone zone) not in ('2040-05-07 09:00', '2040-05-14 09:00', '2040-05-21 09:00')
  $$,
  'on a Monday, in the hour of nine, on the clock on their wall'
);
select is((select count(distinct user_id || ' ' || occurrence) from sms_messages where occurrence is not null), 15::bigint, 'and none twice on a day');

select * from finish();
rollback;
