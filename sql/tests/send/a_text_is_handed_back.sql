-- A text that was claimed and for which no request was made goes back with its attempt.
begin;
select plan(5);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select set_eq(
  'select hand_back_jobs(array_agg(job_id), array_agg(processing_token)) from claim', 'select job_id from claim',
  'a runner that stops hands it back'
);
select results_eq(
  $$
    select message.status::text, message.attempt_count, job.status::text, job.attempts, message.next_retry_at
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
  $$,
  $$values ('queued', 0, 'pending', 0, null::timestamptz)$$,
  'it waits as before'
);
select is((select outcome from herald.sms_attempts), 'handed_back', 'the attempt says that nothing was sent');
select is(
  (select attempt from claim_sms('another', p_now => now() + interval '1 second')), 1,
  'the next runner has it at once, for its first attempt'
);
select is_empty(
  'select hand_back_jobs(array_agg(job_id), array_agg(processing_token)) from claim', 'the first one has lost it'
);

select * from finish();
rollback;
