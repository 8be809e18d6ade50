-- F35: what can never succeed was tried three times.
begin;
select plan(6);

insert into queue_jobs (user_id, job_type, metadata) values
  (a_user(), 'send_sms', '{}'),
  (a_user(), 'send_sms', '{"message_id": "not an id"}'),
  (a_user(), 'send_sms', jsonb_build_object('message_id', gen_random_uuid()));
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 second')$$, 'jobs without a text are handed to nobody'
);
select results_eq(
  'select distinct status::text, attempts, error_message is not null from queue_jobs', $$values ('failed', 1, true)$$,
  'they have failed at their first claim, and say why'
);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
create temporary table result on commit drop as
select result.*
from claim
cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400,
  'error_code', 21211, 'error_message', 'not a valid number'
))) as result;
select results_eq(
  'select outcome, message_status, job_status from result', $$values ('permanent', 'failed', 'failed')$$,
  'a number that the provider calls invalid fails for good'
);
select is((select attempt_count || ' of ' || max_attempts from sms_messages), '1 of 3', 'at its first attempt');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 day')$$, 'and is not tried again'
);
select throws_ok(
  $$select add_queue_job((select user_id from sms_messages), 'other', '[1]')$$, '22023', null,
  'metadata that nothing can read do not get into the queue'
);

select * from finish();
rollback;
