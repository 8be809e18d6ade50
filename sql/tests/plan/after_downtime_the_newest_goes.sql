-- After a time without ticks only the newest missed occurrence of a series goes, if it has not expired; the older ones
-- are on record.
begin;
select plan(18);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
-- These ticks are of a time when everything of today has been kept long enough.
update herald.retention set keep = null;
create function pg_temp.a_series(p_rule text, p_at timestamptz, p_expires_at timestamptz default null) returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  select queue_sms_message(id, null, 'hello', p_scheduled_for => p_at, p_recurrence_pattern => p_rule, p_expires_at => p_expires_at) from reader;
$$;
create function pg_temp.told() returns setof text language sql as $$
  select occurrence || ' ' || status || coalesce(': ' || cancel_reason, '') from sms_messages where occurrence is not null order by occurrence;
$$;

select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select is((tick('2040-05-04 18:00+00') ->> 'recurred')::integer, 4, 'four days pass without a tick');
select results_eq(
  'select pg_temp.told()',
  $$values
    ('2040-05-01 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-02 12:00:00 cancelled: missed: a newer one has taken its place'),
    ('2040-05-03 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-04 12:00:00 queued')
  $$,
  'the newest one goes, the others are on record'
);
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-04 18:00+00')), 1::bigint, 'one text');
select is((select scheduled_for from sms_messages where recurrence_pattern is not null), '2040-05-05 12:00+00', 'and the series goes on');

select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select from tick('2040-05-03 11:57+00');
select results_eq(
  'select pg_temp.told()',
  $$values
    ('2040-05-01 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-02 12:00:00 queued'), ('2040-05-03 12:00:00 queued')
  $$,
  'what is about to come is not missed, and is no reason to leave out what is'
);
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00', '2040-05-01 14:00+00');
select from tick('2040-05-03 18:00+00');
select results_eq(
  'select pg_temp.told()',
  $$values
    ('2040-05-01 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-02 12:00:00 cancelled: missed: a newer one has taken its place'),
    ('2040-05-03 12:00:00 cancelled: not_expired: it expired at 2040-05-03 14:00:00 UTC')
  $$,
  'what has expired does not go'
);
select from pg_temp.a_series('FREQ=DAILY;COUNT=2', '2040-05-01 12:00+00');
select from tick('2040-05-02 18:00+00');
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-02 12:00:00 queued')$$,
  'what was missed counts for COUNT'
);
select is((select status::text from sms_messages where recurrence_pattern is not null), 'cancelled', 'and the series can be over by that');

-- What somebody had changed or skipped of what was missed.
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select from sms_messages cross join lateral skip_sms_occurrence(id, '2040-05-01 12:00+00', 'a holiday') as skipped where recurrence_pattern is not null;
select from sms_messages cross join lateral change_sms_occurrence(id, '2040-05-02 12:00+00', 'other words') as changed where recurrence_pattern is not null;
select from tick('2040-05-03 11:00+00');
select results_eq('select pg_temp.told()', $$values ('2040-05-01 12:00:00 cancelled: a holiday'), ('2040-05-02 12:00:00 queued')$$, 'one that was skipped stays so, one with other words is the newest');
select is((select message_content from claim_sms('a sender', p_now => '2040-05-03 11:00+00')), 'other words', 'and goes with them');
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00', '2040-05-03 12:00+00');
select from sms_messages cross join lateral change_sms_occurrence(id, '2040-05-01 12:00+00', 'other words') as changed where recurrence_pattern is not null;
select from tick('2040-05-02 13:00+00');
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 12:00:00 cancelled: missed: a newer one has taken its place'), ('2040-05-02 12:00:00 queued')$$,
  'an older one with other words is missed like the others'
);
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select from sms_messages cross join lateral change_sms_occurrence(id, '2040-05-01 12:00+00', null, '2040-05-02 16:00+00') as changed where recurrence_pattern is not null;
select from tick('2040-05-02 13:00+00');
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 12:00:00 scheduled'), ('2040-05-02 12:00:00 queued')$$, 'one that was moved to a time still to come is not'
);

-- A year is many, and a text of a series has its user's limits like any other.
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select from tick('2041-05-01 13:00+00');
select results_eq(
  'select status::text, count(*) from sms_messages where occurrence is not null group by status order by 1', $$values ('cancelled', 365::bigint), ('queued', 1)$$,
  'after a year one text goes'
);

-- A bounded amount in one transaction: the rest is written by the next ticks, and what goes is still only the newest.
select from pg_temp.a_series('FREQ=DAILY', '2040-05-01 12:00+00');
select is(herald.recur_series('2040-05-08 13:00+00', false, p_occurrences => 3), 3, 'three at a time, of eight that have passed');
select results_eq(
  'select status::text, count(*) from sms_messages where occurrence is not null group by status', $$values ('cancelled', 3::bigint)$$,
  'none of which is the newest'
);
select is((select scheduled_for from sms_messages where recurrence_pattern is not null), '2040-05-04 12:00+00', 'the series stands at the fourth');
select from herald.recur_series('2040-05-08 13:00+00', false, p_occurrences => 3);
select from herald.recur_series('2040-05-08 13:00+00', false, p_occurrences => 3);
select results_eq(
  'select status::text, count(*), max(occurrence) from sms_messages where occurrence is not null group by status order by 1',
  $$values ('cancelled', 7::bigint, '2040-05-07 12:00'::timestamp), ('scheduled', 1, '2040-05-08 12:00')$$, 'in the end the newest one goes, alone'
);
select queue_sms_message(id, null, 'another', p_scheduled_for => '2040-05-09 12:00+00', p_recurrence_pattern => 'FREQ=DAILY') from reader;
select is(herald.recur_series('2040-05-20 13:00+00', false, p_occurrences => 4), 4, 'two series share what a transaction takes');

select * from finish();
rollback;
