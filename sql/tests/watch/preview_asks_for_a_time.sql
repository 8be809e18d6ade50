-- preview_sends covers the time asked about, for one user or for all, with segments and what somebody has to lift.
begin;
select plan(20);
set local timezone = 'UTC';

create temporary table reader on commit drop as select 'one' as name, a_user_with_phone('+12025550123') as id union all select 'two', a_user_with_phone('+12025550124');
update user_sms_preferences set timezone = 'Europe/Berlin';
create temporary table made on commit drop as
select words, queue_sms_message((select id from reader where name = whose), null, words, 'high', p_scheduled_for => at::timestamptz, p_recurrence_pattern => rule, p_recurrence_timezone => zone, p_category => category) as id
from (
  values
    ('single', 'one', '2040-05-01 12:00+00', null, null, 'urgent_alert'), (repeat('ä', 100) || '😀', 'two', '2040-05-01 12:00+00', null, null, null),
    ('series', 'one', '2040-03-24 08:00+00', 'FREQ=DAILY;COUNT=3', 'America/New_York', null)
) as given (words, whose, at, rule, zone, category);

select results_eq(
  $$select user_id = (select id from reader where name = 'one'), message_id = (select id from made where words = 'single'), series_id, category, priority, planned_for, goes_at, local_time, timezone, verdict, gate, evidence, segments, clocks_change from preview_sends((select id from reader where name = 'one'), '2040-05-01', '2040-05-02')$$,
  $$values (true, true, null::uuid, 'urgent_alert', 'high', '2040-05-01 12:00+00'::timestamptz, '2040-05-01 12:00+00'::timestamptz, '2040-05-01 14:00'::timestamp, 'Europe/Berlin', 'pass', null, null, 1, false)$$,
  'a text with all that is to be known of it'
);
select is((select segments from preview_sends((select id from reader where name = 'two'), '2040-05-01', '2040-05-02')), 2, 'segments are counted');
select is((select count(*) from preview_sends(null, '2040-05-01', '2040-05-02')), 2::bigint, 'of all users');
select results_eq(
  $$select message_id, series_id = (select id from made where words = 'series'), goes_at, local_time, timezone, clocks_change from preview_sends(null, '2040-03-01', '2040-03-31')$$,
  $$values
    (null::uuid, true, '2040-03-24 08:00+00'::timestamptz, '2040-03-24 09:00'::timestamp, 'Europe/Berlin', false), (null, true, '2040-03-25 08:00+00', '2040-03-25 10:00', 'Europe/Berlin', true),
    (null, true, '2040-03-26 08:00+00', '2040-03-26 10:00', 'Europe/Berlin', false)
  $$,
  'a series'' occurrences on the user''s clock, which changes on the second day'
);
select is_empty($$select from preview_sends(null, '2040-04-01', '2040-05-01 12:00+00')$$, 'the end is not within');
select is((select count(*) from preview_sends(null, '2040-05-01 12:00+00', '2040-05-01 12:00:01+00')), 2::bigint, 'the beginning is');
select is((select count(*) from preview_sends(null, '2040-04-05')), 2::bigint, 'without an end it is thirty days');
select lives_ok($$select from preview_sends()$$, 'without anything, from now on');

-- What has its text already, and what was moved.
select from made cross join lateral change_sms_occurrence(id, '2040-03-25 08:00+00', 'other words', '2040-03-25 10:00+00') as changed where words = 'series';
select from made cross join lateral skip_sms_occurrence(id, '2040-03-26 08:00+00') as skipped where words = 'series';
select results_eq(
  $$select message_id is null, series_id = (select id from made where words = 'series'), goes_at from preview_sends(null, '2040-03-01', '2040-03-31')$$,
  $$values (true, true, '2040-03-24 08:00+00'::timestamptz), (false, true, '2040-03-25 10:00+00')$$, 'one that was moved is told where it goes, one that was skipped is not'
);
update user_sms_preferences set quiet_hours_start = '13:00', quiet_hours_end = '15:00';
select from tick('2040-05-01 11:57+00');
select results_eq(
  $$select planned_for, goes_at from preview_sends((select id from reader where name = 'one'), '2040-05-01', '2040-05-02')$$,
  $$values ('2040-05-01 12:00+00'::timestamptz, '2040-05-01 13:00+00'::timestamptz)$$, 'one that is deferred already is told with its own time'
);
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, parent_message_id)
select user_id, phone_number, 'an answer to it', 'scheduled', '2040-06-01 12:00+00', id from sms_messages where message_content = 'single';
select results_eq(
  $$select message_id is not null, series_id from preview_sends(null, '2040-06-01', '2040-06-02')$$, $$values (true, null::uuid)$$, 'a text that an application has hung on another one is no occurrence'
);
update sms_messages set parent_message_id = null where message_content = 'an answer to it';

-- What cannot go.
update user_sms_preferences set opted_out = true, opted_out_at = '2030-01-01', opt_out_reason = 'STOP';
select results_eq(
  $$select verdict, gate, evidence from preview_sends(null, '2040-06-01', '2040-06-02')$$,
  $$values ('block', 'not_opted_out', 'the user opted out at 2030-01-01 00:00:00 UTC: STOP')$$, 'a text that is blocked, and by what'
);
update user_sms_preferences set opted_out = false;
update herald.settings set kill_switch = true;
select results_eq(
  $$select verdict, gate, evidence from preview_sends(null, '2040-06-01', '2040-06-02')$$,
  $$values ('defer', 'kill_switch', 'all sending is switched off')$$, 'a text that waits until somebody lifts what is in its way'
);
update herald.settings set kill_switch = false;

select throws_ok($$select preview_sends(null, '2040-05-02', '2040-05-01')$$, '22023', null, 'a time that ends before it begins');
select throws_ok($$select preview_sends(null, '2040-05-02', '2040-05-02')$$, '22023', null, 'no time');
select throws_ok($$select preview_sends(null, '2040-05-02', '2041-05-04')$$, '22023', null, 'more than a year');
select throws_ok($$select preview_sends(null, '2040-05-02', 'infinity')$$, '22023', null, 'without an end');
select throws_ok($$select preview_sends(null, '-infinity', '2040-05-02')$$, '22023', null, 'without a beginning');
select throws_ok($$select preview_sends(gen_random_uuid())$$, '23503', null, 'of an unknown user');
select lives_ok($$select from preview_sends(null, '2040-05-02', '2041-05-03')$$, 'a year is not too much');

select * from finish();
rollback;
