-- list_scheduled_sms lists what has not left, the next first: single texts, and of each series its next occurrence.
begin;
select plan(14);

create temporary table reader on commit drop as
select a_user_with_phone('+12025550123') as id, 'one' as name union all select a_user_with_phone('+12025550124'), 'two';
update user_sms_preferences set timezone = 'America/New_York', quiet_hours_start = '08:30', quiet_hours_end = '09:00' where user_id = (select id from reader where name = 'one');
update user_sms_preferences set timezone = 'Asia/Tokyo' where user_id = (select id from reader where name = 'two');
create temporary table made on commit drop as
select words, queue_sms_message(
  (select id from reader where name = whose), null, words, p_scheduled_for => at::timestamptz, p_recurrence_pattern => rule, p_category => category
) as id
from (
  values
    ('second', 'one', '2040-05-01 12:00+00', null, null), ('first', 'one', '2040-05-01 11:00+00', null, null),
    ('series', 'one', '2040-05-01 13:00+00', 'FREQ=WEEKLY;BYDAY=FR', null), ('other', 'two', '2040-05-01 12:00+00', null, 'urgent_alert'),
    ('gone', 'two', '2040-05-01 12:00+00', null, null), ('ended', 'two', '2040-05-01 12:00+00', null, null)
) as given (words, whose, at, rule, category);
select cancel_sms(id) from made where words = 'ended';
update sms_messages set status = 'queued' where message_content = 'gone';
update sms_messages set status = 'sending' where message_content = 'gone';

select set_eq(
  'select message_content, scheduled_for, local_time, timezone, recurrence_pattern, category, priority, status from list_scheduled_sms()',
  $$values
    ('first', '2040-05-01 11:00+00'::timestamptz, '2040-05-01 07:00'::timestamp, 'America/New_York', null, null, 'normal', 'scheduled'),
    ('other', '2040-05-01 12:00+00', '2040-05-01 21:00', 'Asia/Tokyo', null, 'urgent_alert', 'normal', 'scheduled'),
    ('second', '2040-05-01 12:00+00', '2040-05-01 08:00', 'America/New_York', null, null, 'normal', 'scheduled'),
    ('series', '2040-05-04 13:00+00', '2040-05-04 09:00', 'America/New_York', 'FREQ=WEEKLY;BYDAY=FR', null, 'normal', 'scheduled')
  $$,
  'all that is planned, each on its user''s clock'
);
select is((select array_agg(scheduled_for) from list_scheduled_sms()), '{2040-05-01 11:00+00, 2040-05-01 12:00+00, 2040-05-01 12:00+00, 2040-05-04 13:00+00}'::timestamptz[], 'the next first');
select results_eq(
  $$select message_content from list_scheduled_sms((select id from reader where name = 'two'))$$, $$values ('other')$$, 'of one user'
);
select is_empty($$select from list_scheduled_sms(gen_random_uuid())$$, 'of one who has none');
select results_eq(
  $$select message_content from list_scheduled_sms((select id from reader where name = 'one'), '2040-05-01 12:00+00', '2040-05-04 12:59+00')$$, $$values ('second')$$, 'between two instants'
);
select results_eq($$select message_content from list_scheduled_sms(p_from => '2040-05-04 13:00+00')$$, $$values ('series')$$, 'bounds belong to it');
select results_eq($$select message_content from list_scheduled_sms(p_limit => 1)$$, $$values ('first')$$, 'so many at most');
select is_empty($$select from list_scheduled_sms(p_from => '2041-01-01', p_to => '2040-01-01')$$, 'bounds the wrong way round hold nothing');
select throws_ok('select list_scheduled_sms(p_limit => 0)', '22023', null, 'a limit of none is an error');
select throws_ok('select list_scheduled_sms(p_limit => null)', '22023', null, 'and no limit is one, too');

-- Near its time, and deferred.
select from tick('2040-05-01 11:57+00');
select set_eq(
  $$select message_content || ' ' || status from list_scheduled_sms(p_to => '2040-05-02')$$, array['first queued', 'second queued', 'other queued'], 'what has its job is listed until it goes'
);
update user_sms_preferences set quiet_hours_start = '07:00' where user_id = (select id from reader where name = 'one');
select from claim_sms('a sender', p_now => '2040-05-01 12:00+00');
select set_eq(
  $$select message_content, scheduled_for, deferred_from, split_part(defer_reason, ':', 1) from list_scheduled_sms(p_to => '2040-05-02')$$,
  $$values
    ('first', '2040-05-01 13:00+00'::timestamptz, '2040-05-01 11:00+00'::timestamptz, 'quiet_hours'),
    ('second', '2040-05-01 13:00+00', '2040-05-01 12:00+00', 'quiet_hours')
  $$,
  'what a gate has moved is listed with its own time, and why; what goes is not'
);

-- An occurrence that has its text.
select from tick('2040-05-04 12:57+00');
select set_eq(
  $$select scheduled_for, series_id, recurrence_pattern from list_scheduled_sms(p_from => '2040-05-04')$$,
  $$
    values
      ('2040-05-04 13:00+00'::timestamptz, (select id from made where words = 'series'), null),
      ('2040-05-11 13:00+00', null, 'FREQ=WEEKLY;BYDAY=FR')
  $$,
  'an occurrence that has its text is listed as one, with its series'
);
select is_empty($$select from list_scheduled_sms() where message_content = 'series' and local_time::time <> '09:00'$$, 'at nine in New York');

select * from finish();
rollback;
