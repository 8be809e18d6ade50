-- "This and following": the series ends before the occurrence, and another one goes on from there, with what is left of
-- a COUNT.
begin;
select plan(23);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'America/New_York';
create function pg_temp.a_series(p_rule text, p_ends timestamptz default null, p_zone text default null) returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  select queue_sms_message(
    id, null, 'hello', 'high', '2040-05-01 12:00+00', '{"a": 1}', p_category => 'urgent_alert', p_expires_at => '2040-05-01 13:00+00',
    p_recurrence_pattern => p_rule, p_recurrence_ends => p_ends, p_recurrence_timezone => p_zone
  ) from reader;
$$;
-- All that would ever go.
create function pg_temp.told() returns setof text language sql as $$
  select text.message_content || ' ' || goes_at::timestamp
  from preview_sends(null, '2040-04-01', '2040-05-09') as sent
  inner join sms_messages as text on text.id = coalesce(sent.message_id, sent.series_id)
  order by goes_at;
$$;

create temporary table old on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=5') as id;
select from tick('2040-05-01 11:57+00'), claim_sms('a sender', p_now => '2040-05-01 12:00+00');
create temporary table new on commit drop as select change_sms_series(id, '2040-05-03 12:00+00', 'other words', '2040-05-03 15:00+00') as id from old;
select results_eq(
  'select pg_temp.told()', $$values ('hello 2040-05-02 12:00:00'), ('other words 2040-05-03 15:00:00'), ('other words 2040-05-04 15:00:00'), ('other words 2040-05-05 15:00:00')$$,
  'from the third of five on there are three others, at the new time'
);
select results_eq(
  'select priority::text, metadata, category, expires_at, recurrence_pattern, user_id, phone_number from sms_messages where id = (select id from new)',
  $$select 'high', '{"a": 1}'::jsonb, 'urgent_alert', '2040-05-03 16:00+00'::timestamptz, 'FREQ=DAILY;COUNT=3', id, '+12025550123' from reader$$,
  'the new series has all that the old one had'
);
select from tick('2040-05-02 11:57+00');
select results_eq(
  'select status::text, cancel_reason from sms_messages where id = (select id from old)', $$values ('cancelled', 'ended: nothing of the series is left')$$,
  'the old one is over after its last'
);
select is((select count(*) from sms_messages where parent_message_id = (select id from old)), 2::bigint, 'with two texts');
select is((select status::text from sms_messages where id = (select id from new)), 'scheduled', 'and the new one goes on');
select isnt(change_sms_series(pg_temp.a_series('FREQ=DAILY;COUNT=2'), '2040-05-01 12:00+00', 'other words'), null, 'from the first one on');
select results_eq('select pg_temp.told()', $$values ('other words 2040-05-01 12:00:00'), ('other words 2040-05-02 12:00:00')$$, 'all are others');
select matches((select cancel_reason from sms_messages where status = 'cancelled'), '^changed: series [0-9a-f-]{36} goes on from here$', 'and the old one says which');
select isnt(change_sms_series(pg_temp.a_series('FREQ=DAILY;COUNT=2'), '2040-05-02 12:00+00', p_recurrence_pattern => 'FREQ=WEEKLY'), null, 'another rule');
select is(
  (select array_agg(goes_at order by goes_at) from preview_sends(null, '2040-04-20', '2040-05-17')),
  '{2040-05-01 12:00+00, 2040-05-02 12:00+00, 2040-05-09 12:00+00, 2040-05-16 12:00+00}', 'goes on from there'
);
select isnt(change_sms_series(pg_temp.a_series('FREQ=DAILY', '2040-05-04 12:00+00', 'Europe/Berlin'), '2040-05-03 12:00+00', 'other words'), null, 'a series with an end and a zone of its own');
select results_eq('select pg_temp.told()', $$values ('hello 2040-05-01 12:00:00'), ('hello 2040-05-02 12:00:00'), ('other words 2040-05-03 12:00:00'), ('other words 2040-05-04 12:00:00')$$, 'keeps its end');
select is((select array_agg(recurrence_timezone) from sms_messages), '{Europe/Berlin,Europe/Berlin}', 'and its zone');

-- What was changed ahead.
create temporary table busy on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=5') as id;
select from busy cross join lateral change_sms_occurrence(id, '2040-05-02 12:00+00', 'the second') as changed;
select from busy cross join lateral change_sms_occurrence(id, '2040-05-04 12:00+00', 'the fourth') as changed;
select from busy cross join lateral change_sms_series(id, '2040-05-03 12:00+00', 'other words') as changed;
select results_eq(
  'select pg_temp.told()',
  $$values ('hello 2040-05-01 12:00:00'), ('the second 2040-05-02 12:00:00'), ('other words 2040-05-03 12:00:00'), ('other words 2040-05-04 12:00:00'), ('other words 2040-05-05 12:00:00')$$,
  'before it stays, from it on is forgotten'
);

-- What cannot be.
create temporary table last on commit drop as select pg_temp.a_series('FREQ=DAILY;COUNT=5') as id;
select throws_ok(format($$select change_sms_series(%L, '2040-05-02 12:00+00')$$, id), '22004', null, 'nothing to change') from last;
select throws_ok(format($$select change_sms_series(%L, '2040-05-02 12:01+00', 'x')$$, id), '22023', null, 'no occurrence') from last;
select throws_ok(format($$select change_sms_series(%L, null, 'x')$$, id), '22023', null, 'no instant') from last;
select throws_ok(format($$select change_sms_series(%L, '2040-05-02 12:00+00', p_recurrence_pattern => 'FREQ=NEVER')$$, id), '22023', null, 'a bad rule') from last;
select throws_ok(format($$select change_sms_series(%L, '2040-05-02 12:00+00', p_recurrence_pattern => 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30')$$, id), '22023', null, 'a rule that never occurs') from last;
select throws_ok(format($$select change_sms_series(%L, '2040-05-02 12:00+00', p_scheduled_for => '2020-01-01')$$, id), '22023', null, 'a time long past') from last;
select throws_ok($$select change_sms_series(gen_random_uuid(), '2040-05-02 12:00+00', 'x')$$, '23503', null, 'an unknown series');
select is((select count(*) from sms_messages), 1::bigint, 'an error changes nothing');

update user_sms_preferences set evening_recap_enabled = true;
select throws_ok(
  format($$select change_sms_series(%L, %L, 'x')$$, id, scheduled_for), '22023', null, 'a routine follows its user''s switches'
)
from sms_messages where routine is not null;

select * from finish();
rollback;
