-- Completing needs the token of the claim, and ends the job once and for all.
begin;
select plan(10);

insert into queue_jobs (id, user_id, job_type, scheduled_for)
values ('00000000-0000-0000-0000-000000000001', a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:00+00');

select is(complete_queue_job('00000000-0000-0000-0000-000000000001', '{}', null), false, 'a null token completes nothing');
select is((select status::text from queue_jobs), 'processing', 'the job still runs');
select throws_ok(
  $$select complete_queue_job('00000000-0000-0000-0000-000000000001', '{}', gen_random_uuid())$$, 'SMS02', null,
  'a foreign token is refused'
);
select is((select status::text from queue_jobs), 'processing', 'the job still runs after that');
select is(
  (select complete_queue_job(id, '{"answer": 42}', processing_token) from claim), true,
  'the token of the claim completes it'
);
select results_eq(
  'select status::text, result, attempts, processing_token, lease_expires_at from queue_jobs',
  $$values ('completed', '{"answer": 42}'::jsonb, 1, null::uuid, null::timestamptz)$$,
  'the result is kept, token and lease are gone'
);
select isnt((select completed_at from queue_jobs), null, 'the end has its time');
select throws_ok(
  'select complete_queue_job(id, null, processing_token) from claim', 'SMS02', null,
  'completing twice is refused'
);
select is((select result from queue_jobs), '{"answer": 42}', 'and the first result stays');
select throws_ok(
  'select complete_queue_job(gen_random_uuid(), null, gen_random_uuid())', 'SMS02', null,
  'a job that is not there cannot be completed'
);

select * from finish();
rollback;
