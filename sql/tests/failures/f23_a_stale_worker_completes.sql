-- F23: a job that had been reclaimed was completed by its old owner, while the new one worked on it.
begin;
select plan(7);

insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table old_claim on commit drop as
select * from claim_pending_jobs('{other}', p_lease => '1 minute', p_now => '2040-05-01 12:00:00+00');
select is(herald.expire_leases('2040-05-01 12:05:00+00'), 1, 'the first worker''s lease runs out');
create temporary table new_claim on commit drop as
select * from claim_pending_jobs('{other}', p_now => '2040-05-01 13:00:00+00');

select isnt(
  (select processing_token from old_claim), (select processing_token from new_claim),
  'the second worker has another token'
);
select throws_ok(
  $$select complete_queue_job(id, '"old"', processing_token) from old_claim$$, 'SMS02', null,
  'the first worker cannot complete the job'
);
select throws_ok(
  $$select fail_queue_job(id, 'old', false, processing_token) from old_claim$$, 'SMS02', null,
  'nor fail it'
);
select is_empty(
  $$
    select extend_leases(array[id], array[processing_token]) from old_claim
    union all
    select hand_back_jobs(array[id], array[processing_token]) from old_claim
  $$,
  'nor keep it or hand it back'
);
select results_eq(
  'select status::text, processing_token, attempts from queue_jobs',
  $$select 'processing', processing_token, 2 from new_claim$$,
  'the job is still the second worker''s'
);
select is(
  (select complete_queue_job(id, '"new"', processing_token) from new_claim), true,
  'who completes it'
);

select * from finish();
rollback;
