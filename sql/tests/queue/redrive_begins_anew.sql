-- A job that failed for good, and its text, get another life by somebody's decision only.
begin;
select plan(12);

select is(redrive_queue_job(a_job('pending')), false, 'a waiting job is not redriven');
select is(redrive_queue_job(a_job('processing')), false, 'nor a running one');
select is(redrive_queue_job(a_job('completed')), false, 'nor one that is done');
select is(redrive_queue_job(a_job('cancelled')), false, 'nor a cancelled one');
select is(redrive_queue_job(gen_random_uuid()), false, 'nor one that is not there');

create temporary table failed on commit drop as select a_job('failed') as id;
select is((select redrive_queue_job(id, '2040-05-01 12:00:00+00') from failed), true, 'a failed job is redriven');
select results_eq(
  'select status::text, attempts, scheduled_for, completed_at, error_message from queue_jobs inner join failed using (id)',
  $$values ('pending', 0, '2040-05-01 12:00:00+00'::timestamptz, null::timestamptz, null)$$,
  'it waits with all its attempts'
);

-- A text that the provider refused.
create temporary table message on commit drop as select a_queued_text() as id;
select from (
  select record_sms_results(jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id,
    'http_status', 400, 'error_code', 21614, 'error_message', 'not a mobile number'
  )))
  from claim_sms('a sender', p_now => now() + interval '1 minute')
) as recorded;
select is((select status::text from sms_messages), 'failed', 'a text fails');
select is((select redrive_queue_job(queue_job_id) from sms_messages), true, 'its job is redriven');
select results_eq(
  $$
    select status::text, attempt_count, twilio_error_code, twilio_error_message, failed_at
    from sms_messages
  $$,
  $$values ('queued', 0, null::integer, null, null::timestamptz)$$,
  'and the text waits with it, as new'
);
select is(
  (select attempt from claim_sms('a sender', p_now => now() + interval '1 minute')), 1,
  'its next attempt is the first'
);
select is((select count(*) from herald.sms_attempts), 2::bigint, 'the old attempt stays on record');

select * from finish();
rollback;
