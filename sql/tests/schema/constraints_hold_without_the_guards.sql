-- The triggers speak first, and more clearly. Where they are switched off, for an import or a repair, the constraints
-- still let nothing in that could not be sent, or be run.
begin;
select plan(31);

create temporary table it on commit drop as select
  tests.a_user() as user_id, tests.a_text() as text_id, tests.a_delivery() as delivery_id, tests.a_job() as job_id, tests.a_job('processing') as running_id;
alter table sms_messages disable trigger user;
alter table user_sms_preferences disable trigger user;
alter table notification_deliveries disable trigger user;
alter table queue_jobs disable trigger user;

select throws_ok(attempt, '23514', null, why)
from it, lateral (values
  (format('update sms_messages set phone_number = %L where id = %L', '12025550123', text_id), 'a text goes to a number'),
  (format('update sms_messages set phone_number = %L where id = %L', E'+12025550123\n', text_id), 'and nothing else'),
  (format('update sms_messages set message_content = %L where id = %L', E' \n', text_id), 'it says something'),
  (format('update sms_messages set message_content = repeat(%L, 1601) where id = %L', 'x', text_id), 'in 1,600 characters'),
  (format('update sms_messages set status = %L where id = %L', 'scheduled', text_id), 'if scheduled, it has a time'),
  (format('update sms_messages set attempt_count = -1 where id = %L', text_id), 'its attempts are counted from 0'),
  (format('update sms_messages set max_attempts = 0 where id = %L', text_id), 'and there is one at least'),
  (format('update user_sms_preferences set phone_number = %L', '555'), 'a user''s number is one'),
  ('update user_sms_preferences set daily_sms_limit = -1', 'a limit is not negative'),
  ('update user_sms_preferences set daily_sms_count = -1', 'nor is a count'),
  (format('update notification_deliveries set status = %L where id = %L', 'lost', delivery_id), 'a delivery has one of seven statuses'),
  (format('update notification_deliveries set attempts = -1 where id = %L', delivery_id), 'its attempts are counted from 0'),
  (format('update notification_deliveries set max_attempts = 0 where id = %L', delivery_id), 'and there is one at least'),
  (format('update queue_jobs set status = %L where id = %L', 'processing', job_id), 'no job runs without a token'),
  (format('update queue_jobs set processing_token = gen_random_uuid() where id = %L', job_id), 'nor has one that does not run'),
  (format('update queue_jobs set status = %L where id = %L', 'pending', running_id), 'and one that stops gives it back'),
  (format('update queue_jobs set lease_expires_at = now() where id = %L', job_id), 'a lease is for what runs'),
  (format('update queue_jobs set attempts = -1 where id = %L', job_id), 'a job''s attempts are counted from 0'),
  (format('update queue_jobs set max_attempts = 0 where id = %L', job_id), 'and there is one at least'),
  ($$insert into notification_tracking_links (short_code, destination_url) values ('abc', 'https://example.com')$$, 'a link belongs to a delivery or a text'),
  (format('insert into notification_tracking_links (short_code, delivery_id, destination_url) values (%L, %L, %L)', 'a-c', delivery_id, 'https://example.com'), 'its code is base62'),
  (format('insert into notification_tracking_links (short_code, delivery_id, destination_url) values (%L, %L, %L)', '', delivery_id, 'https://example.com'), 'and not empty'),
  (format('insert into notification_tracking_links (short_code, delivery_id, destination_url) values (%L, %L, %L)', 'abc', delivery_id, 'https://exa mple.com'), 'its target has no blank'),
  ($$update sms_templates set max_length = 0$$, 'a template has room'),
  ($$update sms_templates set max_length = 1601$$, 'for no more than can be sent'),
  ($$update sms_templates set template_vars = '[]'$$, 'its variables are an object'),
  ($$update sms_templates set required_vars = '{}'$$, 'and the required ones a list')
) as wrong (attempt, why);

select throws_ok(attempt, '23502', null, why)
from it, lateral (values
  (format('update sms_messages set status = null where id = %L', text_id), 'a text has a status'),
  (format('update sms_messages set priority = null where id = %L', text_id), 'and a priority'),
  (format('update notification_deliveries set status = null where id = %L', delivery_id), 'a delivery has a status'),
  (format('update queue_jobs set status = null where id = %L', job_id), 'and so has a job')
) as wrong (attempt, why);

select * from finish();
rollback;
