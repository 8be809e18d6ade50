-- Every report is kept, once, with how often it came, and without number or words.
begin;
select plan(9);

create temporary table message on commit drop as select a_text('sent') as id;
update sms_messages set twilio_sid = 'a sid';

create temporary table told on commit drop as
select record_twilio_status(
  null, 'a sid', 'undelivered', code,
  '{"To": "+12025550123", "From": "+12025550100", "Body": "secret", "MessageSid": "a sid", "RawDlrDoneDate": "4005011200"}',
  at
) as moved
from (
  values
    (30005, '2040-05-01 12:00:00+00'::timestamptz), (30005, '2040-05-01 12:00:05+00'), (30005, '2040-05-01 12:00:09+00'),
    (30006, '2040-05-01 12:00:10+00'), (null, '2040-05-01 12:00:11+00'), (null, '2040-05-01 12:00:12+00')
) as given (code, at);

select results_eq(
  'select error_code, times_received, first_received_at::time, last_received_at::time from herald.sms_status_log order by first_received_at',
  $$
    values
      (30005, 3, '2040-05-01 12:00:00+00'::timestamptz::time, '2040-05-01 12:00:09+00'::timestamptz::time),
      (30006, 1, '2040-05-01 12:00:10+00'::timestamptz::time, '2040-05-01 12:00:10+00'::timestamptz::time),
      (null, 2, '2040-05-01 12:00:11+00'::timestamptz::time, '2040-05-01 12:00:12+00'::timestamptz::time)
  $$,
  'one row for each SID, status and error, with how often and when'
);
select is((select count(*) from told where moved), 1::bigint, 'the text moved once');
select is((select array_agg(distinct message_id) from herald.sms_status_log), (select array_agg(id) from message), 'the reports are the text''s');
select is(
  (select array_agg(distinct parameters) from herald.sms_status_log), array['{"RawDlrDoneDate": "4005011200"}'::jsonb],
  'what else it said is kept, but no number and no words'
);
select results_eq(
  'select status::text, twilio_error_code, failed_at from sms_messages',
  $$values ('undelivered', 30006, '2040-05-01 12:00:00+00'::timestamptz)$$,
  'the text keeps the last code and the first time'
);
select is(record_twilio_status(null, 'a sid', 'delivered', p_now => '2040-05-01 12:01:00+00'), true, 'a late delivery beats it');
select results_eq(
  'select status::text, twilio_error_code, delivered_at, failed_at from sms_messages',
  $$values ('delivered', null::integer, '2040-05-01 12:01:00+00'::timestamptz, null::timestamptz)$$,
  'the error is gone'
);
select is(record_twilio_status(null, 'a sid', 'sent', p_now => '2040-05-01 12:02:00+00'), false, 'a late report moves nothing back');
select is((select twilio_status from sms_messages), 'delivered', 'nor does its word replace the further one');

select * from finish();
rollback;
