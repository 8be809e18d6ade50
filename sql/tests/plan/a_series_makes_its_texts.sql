-- A series never goes itself: each of its occurrences is a text of its own, made once, near its time, until the rule's
-- COUNT or UNTIL, or the series' own end.
begin;
select plan(27);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
-- Made by plain SQL.
create function pg_temp.a_series(p_rule text, p_ends timestamptz default null, p_at timestamptz default '2040-05-01 12:00+00') returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern, recurrence_ends)
  select id, '+12025550123', 'hello', 'scheduled', p_at, p_rule, p_ends from reader
  returning id;
$$;
-- A tick a day, three minutes before noon.
create function pg_temp.days(p_from date, p_to date) returns void language sql as $$
  select tick(day + interval '11 hours 57 minutes') from generate_series(p_from::timestamptz, p_to, '1 day') as day;
$$;
create function pg_temp.occurrences() returns timestamptz[] language sql as $$
  select array_agg(scheduled_for order by scheduled_for) from sms_messages where occurrence is not null;
$$;
set local timezone = 'UTC';

select from pg_temp.a_series('FREQ=DAILY');
select is((select status::text from sms_messages), 'scheduled', 'a series is scheduled');
select is((tick('2040-05-01 11:54:59+00') ->> 'recurred')::integer, 0, 'five minutes and a second ahead nothing comes of it');
select is((tick('2040-05-01 11:55+00') ->> 'recurred')::integer, 1, 'five minutes ahead its first text does');
select results_eq(
  $$
    select message.status::text, message.scheduled_for, message.occurrence, message.expires_at, message.parent_message_id = series.id, job.scheduled_for
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    cross join sms_messages as series
    where series.recurrence_pattern is not null
  $$,
  $$values ('queued', '2040-05-01 12:00+00'::timestamptz, '2040-05-01 12:00'::timestamp, '2040-05-02 12:00+00'::timestamptz, true, '2040-05-01 12:00+00'::timestamptz)$$,
  'with its time, its expiry and its job'
);
select results_eq(
  'select status::text, scheduled_for, expires_at, recurrence_last from sms_messages where recurrence_pattern is not null',
  $$values ('scheduled', '2040-05-02 12:00+00'::timestamptz, '2040-05-03 12:00+00'::timestamptz, '2040-05-01 12:00'::timestamp)$$,
  'and the series has moved on to the next'
);
select is((tick('2040-05-01 11:55+00') ->> 'recurred')::integer, 0, 'a second tick makes nothing again');
select is((select array_agg(message_content) from claim_sms('a sender', p_now => '2040-05-01 12:00+00')), '{hello}', 'the text goes, and the series does not');
update sms_messages set recurrence_last = null, scheduled_for = '2040-05-01 12:00+00', expires_at = '2040-05-02 12:00+00' where recurrence_pattern is not null;
select from tick('2040-05-01 12:00+00');
select is((select count(*) from sms_messages where occurrence = '2040-05-01 12:00'), 1::bigint, 'a series that is set back makes no occurrence twice');
select throws_ok(
  $$insert into sms_messages (user_id, phone_number, message_content, parent_message_id, occurrence) select user_id, phone_number, 'again', parent_message_id, occurrence from sms_messages where occurrence is not null$$,
  '23505', null, 'nor could anybody'
);

select from pg_temp.a_series('FREQ=DAILY;COUNT=3');
select from pg_temp.days('2040-05-01', '2040-05-10');
select is(pg_temp.occurrences(), '{2040-05-01 12:00+00, 2040-05-02 12:00+00, 2040-05-03 12:00+00}', 'COUNT says how many');
select results_eq(
  'select status::text, cancelled_at, cancel_reason from sms_messages where recurrence_pattern is not null',
  $$values ('cancelled', '2040-05-03 11:57+00'::timestamptz, 'ended: nothing of the series is left')$$, 'and then the series is over'
);
select is((select count(*) from sms_messages where occurrence = '2040-05-03 12:00' and status in ('queued', 'cancelled')), 1::bigint, 'its last text is not ended by that');
select from pg_temp.a_series('FREQ=DAILY;UNTIL=20400503T120000Z');
select from pg_temp.days('2040-05-01', '2040-05-10');
select is(pg_temp.occurrences(), '{2040-05-01 12:00+00, 2040-05-02 12:00+00, 2040-05-03 12:00+00}', 'UNTIL is the last instant');
select from pg_temp.a_series('FREQ=DAILY', '2040-05-03 11:59:59+00');
select from pg_temp.days('2040-05-01', '2040-05-10');
select is(pg_temp.occurrences(), '{2040-05-01 12:00+00, 2040-05-02 12:00+00}', 'so is recurrence_ends');
select from pg_temp.a_series('FREQ=WEEKLY;BYDAY=MO,WE', p_at => '2040-05-01 12:00+00');
select is((select scheduled_for from sms_messages), '2040-05-02 12:00+00', 'a start that the rule does not name is moved to its first occurrence');
select is((select expires_at from sms_messages), '2040-05-03 12:00+00', 'with the expiry');
select from pg_temp.days('2040-05-01', '2040-05-10');
select is(pg_temp.occurrences(), '{2040-05-02 12:00+00, 2040-05-07 12:00+00, 2040-05-09 12:00+00}', 'the rule says on which days');
select from pg_temp.a_series('FREQ=DAILY;BYHOUR=12;BYMINUTE=0,2,4');
select is((tick('2040-05-01 11:57+00') ->> 'recurred')::integer, 2, 'what comes close together is made together');

-- By the function.
delete from sms_messages;
delete from queue_jobs;
select queue_sms_message(
  id, null, 'hello', 'high', '2040-05-01 12:00+00', '{"a": 1}', p_category => 'urgent_alert', p_expires_at => '2040-05-01 12:45+00',
  p_max_attempts => 2, p_correlation_id => '00000000-0000-0000-0000-00000000000c', p_recurrence_pattern => 'FREQ=DAILY;COUNT=2',
  p_recurrence_ends => '2040-06-01', p_recurrence_timezone => 'Europe/Berlin', p_idempotency_key => 'a key'
) is not null as queued from reader;
select is((select count(*) from queue_jobs), 0::bigint, 'a series has no job');
select from tick('2040-05-01 12:00+00');
select results_eq(
  $$
    select message_content, priority::text, scheduled_for, metadata, category, expires_at, max_attempts, correlation_id, recurrence_pattern, recurrence_ends, idempotency_key, occurrence
    from sms_messages where occurrence is not null
  $$,
  $$values (
    'hello', 'high', '2040-05-01 12:00+00'::timestamptz, '{"a": 1}'::jsonb, 'urgent_alert', '2040-05-01 12:45+00'::timestamptz, 2,
    '00000000-0000-0000-0000-00000000000c'::uuid, null, null::timestamptz, null, '2040-05-01 14:00'::timestamp
  )$$,
  'each text has what was said of the series, and its own expiry'
);
select is((select expires_at from sms_messages where recurrence_pattern is not null), '2040-05-02 12:45+00', 'the next one will, too');
select is((select id from sms_messages where recurrence_pattern is not null), queue_sms_message(
  id, null, 'hello', 'high', '2040-05-01 12:00+00', '{"a": 1}', p_category => 'urgent_alert', p_expires_at => '2040-05-01 12:45+00',
  p_max_attempts => 2, p_recurrence_pattern => 'FREQ=DAILY;COUNT=2', p_recurrence_ends => '2040-06-01', p_recurrence_timezone => 'Europe/Berlin', p_idempotency_key => 'a key'
), 'the same key for the same series is the same series') from reader;
select throws_ok(format($$select queue_sms_message(%L, null, 'hello', 'high', '2040-05-01 12:00+00', '{"a": 1}', p_category => 'urgent_alert', p_expires_at => '2040-05-01 12:45+00',
  p_recurrence_pattern => %L, p_recurrence_ends => '2040-06-01', p_recurrence_timezone => %L, p_idempotency_key => 'a key')$$, id, rule, zone), 'SMS03', null, sentence)
from reader
cross join (
  values
    ('FREQ=DAILY;COUNT=3', 'Europe/Berlin', 'another rule is another request'), ('FREQ=DAILY;COUNT=2', null, 'so is another zone')
) as given (rule, zone, sentence);
select throws_ok(format($$select queue_sms_message(%L, null, 'hello', 'high', '2040-05-01 12:00+00', '{"a": 1}', p_category => 'urgent_alert', p_expires_at => '2040-05-01 12:45+00', p_idempotency_key => 'a key')$$, id), 'SMS03', null, 'so is a single text') from reader;

-- A template is used when an occurrence is made.
delete from sms_messages;
insert into sms_templates (template_key, name, message_template) values ('greeting', 'a greeting', 'Hello {{name}}');
select queue_sms_message(id, null, null, p_scheduled_for => '2040-05-01 12:00+00', p_template_key => 'greeting', p_template_vars => '{"name": "Ann"}', p_recurrence_pattern => 'FREQ=DAILY') is not null as queued from reader;
select from tick('2040-05-01 11:00+00');
select is((select usage_count from sms_templates where template_key = 'greeting'), 0, 'a series does not count as a use of its template');
select from pg_temp.days('2040-05-01', '2040-05-03');
select from tick('2040-05-03 13:00+00');
select is((select usage_count from sms_templates where template_key = 'greeting'), 3, 'each of its texts does');

select * from finish();
rollback;
