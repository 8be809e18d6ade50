-- Only who holds a job can fail it.
begin;
select plan(6);

insert into queue_jobs (id, user_id, job_type, scheduled_for)
values ('00000000-0000-0000-0000-000000000001', a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:00+00');

select is(fail_queue_job('00000000-0000-0000-0000-000000000001', 'no'), false, 'without a token nothing fails');
select is(fail_queue_job('00000000-0000-0000-0000-000000000001', 'no', false, null), false, 'nor with a null one');
select throws_ok(
  $$select fail_queue_job('00000000-0000-0000-0000-000000000001', 'no', true, gen_random_uuid())$$, 'SMS02', null,
  'a foreign token is refused'
);
select results_eq(
  'select status::text, attempts, error_message from queue_jobs', $$values ('processing', 1, null)$$,
  'the job runs on, and nothing is noted'
);
select is((select fail_queue_job(id, 'yes', true, processing_token) from claim), true, 'the token of the claim counts');
select throws_ok(
  $$select fail_queue_job(id, 'twice', true, processing_token) from claim$$, 'SMS02', null,
  'but only once'
);

select * from finish();
rollback;
