-- The rule of a series is proved when it is written, by whomever: a bad one, or one that never occurs, is refused.
begin;
select plan(30);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create function pg_temp.inserted(p_rule text, p_at timestamptz, p_ends timestamptz default null, p_zone text default null) returns uuid language sql as $$
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern, recurrence_ends, recurrence_timezone)
  select id, '+12025550123', 'hello', case when p_at is null then 'pending' else 'scheduled' end::sms_status, p_at, p_rule, p_ends, p_zone from reader
  returning id;
$$;

select throws_ok(format('select pg_temp.inserted(%L, %L, %L, %L)', rule, at, ends, zone), '22023', null, sentence || ', by an insert')
from (
  values
    ('every day', '2040-05-01 12:00+00', null, null, 'no rule'), ('', '2040-05-01 12:00+00', null, null, 'an empty one'),
    ('FREQ=DAILY;COUNT=0', '2040-05-01 12:00+00', null, null, 'a COUNT of none'), ('FREQ=SECONDLY', '2040-05-01 12:00+00', null, null, 'a text a second'),
    ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2040-05-01 12:00+00', null, null, 'the thirtieth of February'),
    ('FREQ=DAILY;UNTIL=20400430T000000Z', '2040-05-01 12:00+00', null, null, 'an UNTIL before the start'),
    ('FREQ=DAILY', '2040-05-01 12:00+00', '2040-05-01 11:59+00', null, 'an end before the start'),
    ('FREQ=DAILY', '2040-05-01 12:00+00', null, 'Mars/Olympus', 'a zone that does not exist'),
    ('FREQ=DAILY', '2020-05-01 12:00+00', null, null, 'a start long past'), ('FREQ=DAILY', 'infinity', null, null, 'a start that is no instant')
) as given (rule, at, ends, zone, sentence);
select throws_ok(
  format('select queue_sms_message(id, null, %L, p_scheduled_for => %L, p_recurrence_pattern => %L, p_recurrence_ends => %L, p_recurrence_timezone => %L) from reader', 'hello', at, rule, ends, zone),
  '22023', null, sentence || ', by the function'
)
from (
  values
    ('every day', '2040-05-01 12:00+00', null, null, 'no rule'), ('', '2040-05-01 12:00+00', null, null, 'an empty one'),
    ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2040-05-01 12:00+00', null, null, 'the thirtieth of February'),
    ('FREQ=DAILY', '2040-05-01 12:00+00', '2040-05-01 11:59+00', null, 'an end before the start'),
    ('FREQ=DAILY', '2040-05-01 12:00+00', null, 'Mars/Olympus', 'a zone that does not exist'),
    ('FREQ=DAILY', '2020-05-01 12:00+00', null, null, 'a start long past'), (null, '2040-05-01 12:00+00', '2040-06-01', null, 'an end without a rule'),
    (null, '2040-05-01 12:00+00', null, 'UTC', 'a zone without a rule')
) as given (rule, at, ends, zone, sentence);
select is((select count(*) from sms_messages), 0::bigint, 'nothing was written');
select throws_ok(
  $$select pg_temp.inserted('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2040-05-01 12:00+00')$$, '22023',
  'recurrence_pattern ''FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'' never occurs from 2040-05-01 12:00:00 UTC on', 'the error says what'
);

-- By an update.
create temporary table series on commit drop as select pg_temp.inserted('FREQ=DAILY;COUNT=5', '2040-05-01 12:00+00') as id;
select throws_ok($$update sms_messages set recurrence_pattern = 'FREQ=NEVER'$$, '22023', null, 'a bad rule, by an update');
select throws_ok($$update sms_messages set recurrence_pattern = 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'$$, '22023', null, 'a rule that never occurs');
select throws_ok($$update sms_messages set recurrence_timezone = 'Mars/Olympus'$$, '22023', null, 'a zone that does not exist');
select throws_ok($$update sms_messages set scheduled_for = '2020-05-01 12:00+00'$$, '22023', null, 'a start long past');
select lives_ok($$update sms_messages set message_content = 'other words'$$, 'other words are no other rule');
select results_eq(
  'select scheduled_for, recurrence_pattern, recurrence_start from sms_messages', $$values ('2040-05-01 12:00+00'::timestamptz, 'FREQ=DAILY;COUNT=5', '2040-05-01 12:00'::timestamp)$$,
  'and change nothing of it'
);
select from tick('2040-05-01 11:57+00');
select is((select message_content from sms_messages where occurrence is not null), 'other words', 'the next one says them');

-- Only what waits can become a series.
select lives_ok($$select pg_temp.inserted('FREQ=DAILY', null)$$, 'a series without a start begins now');
create temporary table single on commit drop as select queue_sms_message(id, null, 'single', p_scheduled_for => '2040-06-01 12:00+00') as id from reader;
select lives_ok($$update sms_messages set recurrence_pattern = 'FREQ=DAILY' where message_content = 'single'$$, 'a text that waits can become a series');
update sms_messages set recurrence_pattern = null where message_content = 'single';
update sms_messages set status = 'queued' where message_content = 'single';
update sms_messages set status = 'sending' where message_content = 'single';
select throws_ok($$update sms_messages set recurrence_pattern = 'FREQ=DAILY' where message_content = 'single'$$, '22023', null, 'one that is being sent cannot');

select * from finish();
rollback;
