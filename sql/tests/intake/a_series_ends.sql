-- A series ends at once, or before one of its occurrences, with what is planned of it from there on.
begin;
select plan(19);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create function pg_temp.a_series(p_ends timestamptz default null) returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => 'FREQ=DAILY', p_recurrence_ends => p_ends) from reader;
$$;
create function pg_temp.told() returns setof timestamptz language sql as $$
  select goes_at from preview_sends(null, '2040-04-20', '2040-05-10') order by 1;
$$;
create function pg_temp.id() returns uuid language sql as $$select id from sms_messages where recurrence_pattern is not null$$;

select is(end_sms_series(pg_temp.a_series()), true, 'at once');
select results_eq('select status::text, cancel_reason from sms_messages', $$values ('cancelled', 'ended by request')$$, 'it is cancelled, with the reason');
select is(end_sms_series(pg_temp.id()), false, 'a second time it is over already');
select is_empty('select pg_temp.told()', 'nothing goes');

select is(end_sms_series(pg_temp.a_series(), '2040-05-03 12:00+00', 'enough'), true, 'from the third on');
select results_eq('select pg_temp.told()', $$values ('2040-05-01 12:00+00'::timestamptz), ('2040-05-02 12:00+00')$$, 'the first two still go');
select is((select status::text from sms_messages), 'scheduled', 'for which it stays');
select is(end_sms_series(pg_temp.id(), '2040-05-08 12:00+00'), true, 'to end it later than it ends');
select results_eq('select pg_temp.told()', $$values ('2040-05-01 12:00+00'::timestamptz), ('2040-05-02 12:00+00')$$, 'does not prolong it');
select is(end_sms_series(pg_temp.a_series('2040-05-02 12:00+00'), '2040-05-08 12:00+00'), true, 'nor one that was given an end');
select is((select recurrence_ends from sms_messages), '2040-05-02 12:00+00', 'which it keeps');
select is(end_sms_series(pg_temp.a_series(), '2040-05-01 12:00+00', 'enough'), true, 'from its first on is at once');
select is((select status || ': ' || cancel_reason from sms_messages), 'cancelled: enough', 'with the reason');

-- In its midst, with some that were changed ahead.
create temporary table busy on commit drop as select pg_temp.a_series() as id;
select from tick('2040-05-01 11:57+00'), claim_sms('a sender', p_now => '2040-05-01 12:00+00');
select from busy cross join lateral change_sms_occurrence(id, '2040-05-02 12:00+00', 'the second') as changed;
select from busy cross join lateral change_sms_occurrence(id, '2040-05-03 12:00+00', 'the third') as changed;
select is(end_sms_series(id, '2040-05-03 12:00+00', 'enough'), true, 'from the third on') from busy;
select set_eq(
  $$select message_content || ' ' || status || coalesce(' ' || cancel_reason, '') from sms_messages where occurrence is not null$$,
  array['hello sending', 'the second scheduled', 'the third cancelled enough'], 'what was changed ahead before that stays, from there on it ends'
);
select is(end_sms_series(id, '2040-05-02 12:00+00', 'now'), true, 'from its next one on') from busy;
select results_eq(
  $$select status || ': ' || cancel_reason from sms_messages where recurrence_pattern is not null$$, $$values ('cancelled: now')$$, 'nothing is left of it then'
);

select throws_ok('select end_sms_series(gen_random_uuid())', '23503', null, 'an unknown series');
select throws_ok(format('select end_sms_series(%L)', id), '22023', null, 'a text of a series is no series') from sms_messages where message_content = 'the second';

select * from finish();
rollback;
