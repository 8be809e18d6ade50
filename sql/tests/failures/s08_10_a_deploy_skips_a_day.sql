-- Section 8, 10: a missed tick during a deploy silently skipped a day. The tick after it does what was missed, or says
-- why not.
begin;
select plan(3);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
select queue_sms_message(id, null, 'brief', p_scheduled_for => '2040-05-01 08:00+00', p_recurrence_pattern => 'FREQ=DAILY', p_expires_at => '2040-05-01 12:00+00') is not null as queued from reader;
create function pg_temp.goes(p_now timestamptz) returns bigint language sql as $$
  select tick(p_now);
  select count(*) from claim_sms('a sender', p_now => p_now);
$$;

select is(pg_temp.goes('2040-05-01 07:50+00'), 0::bigint, 'a deploy begins ten minutes before eight');
select is(pg_temp.goes('2040-05-01 08:20+00'), 1::bigint, 'and ends at twenty past: the brief goes then');
-- One that lasts from the third to the fifth.
select pg_temp.goes('2040-05-02 08:00+00'), pg_temp.goes('2040-05-03 07:50+00'), pg_temp.goes('2040-05-05 13:00+00');
select results_eq(
  $$select occurrence::date, status::text, cancel_reason from sms_messages where occurrence is not null order by 1$$,
  $$values
    (date '2040-05-01', 'sending', null), ('2040-05-02', 'sending', null),
    ('2040-05-03', 'cancelled', 'missed: a newer one has taken its place'), ('2040-05-04', 'cancelled', 'missed: a newer one has taken its place'),
    ('2040-05-05', 'cancelled', 'not_expired: it expired at 2040-05-05 12:00:00 UTC')
  $$,
  'no day is without a row that says what became of it'
);

select * from finish();
rollback;
