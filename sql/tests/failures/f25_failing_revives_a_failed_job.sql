-- F25: a fail call put a job that had failed for good back in the queue.
begin;
select plan(5);

insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:00+00');
select is((select fail_queue_job(id, 'for good', false, processing_token) from claim), true, 'a job fails for good');

select throws_ok(
  $$select fail_queue_job(id, 'again', true, processing_token) from claim$$, 'SMS02', null,
  'failing it again is refused'
);
select is((select fail_queue_job(id, 'again', true, null) from claim), false, 'also without a token');
select results_eq(
  'select status::text, error_message, attempts from queue_jobs', $$values ('failed', 'for good', 1)$$,
  'it has failed as before'
);
select throws_ok(
  $$update queue_jobs set status = 'retrying'$$, 'SMS01', null,
  'not even an update brings it back to wait for a retry'
);

select * from finish();
rollback;
