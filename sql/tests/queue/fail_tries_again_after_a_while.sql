-- A failed job comes back after 5, 15, then 30 minutes, and up to a tenth of that more, until its attempts are used up.
begin;
select plan(13);

insert into queue_jobs (user_id, job_type, scheduled_for, max_attempts)
values (a_user(), 'other', '2040-05-01 12:00:00+00', 5);

create function pg_temp.fail(p_now timestamptz, p_retry boolean default true, p_retry_after interval default null)
returns boolean
language sql
as $$
  select fail_queue_job(id, 'it rains', p_retry, processing_token, p_retry_after, p_now)
  from claim_pending_jobs('{other}', p_now => p_now);
$$;

select is(pg_temp.fail('2040-05-01 12:00:00+00'), true, 'a failure is recorded');
select results_eq(
  'select status::text, attempts, error_message, processing_token from queue_jobs',
  $$values ('retrying', 1, 'it rains', null::uuid)$$,
  'the job waits for another attempt, with the error'
);
select ok(
  (select scheduled_for between '2040-05-01 12:05:00+00' and '2040-05-01 12:05:30+00' from queue_jobs),
  'the second attempt comes after 5 minutes, and up to 30 seconds more'
);
select is(pg_temp.fail('2040-05-01 12:04:59+00'), null, 'it is not claimed before');
select pg_temp.fail('2040-05-01 13:00:00+00');
select ok(
  (select scheduled_for between '2040-05-01 13:15:00+00' and '2040-05-01 13:16:30+00' from queue_jobs),
  'the third comes after 15 minutes, and up to 90 seconds more'
);
select pg_temp.fail('2040-05-01 14:00:00+00');
select ok(
  (select scheduled_for between '2040-05-01 14:30:00+00' and '2040-05-01 14:33:00+00' from queue_jobs),
  'the fourth comes after 30 minutes, and up to 3 more'
);
select pg_temp.fail('2040-05-01 15:00:00+00');
select ok(
  (select scheduled_for between '2040-05-01 15:30:00+00' and '2040-05-01 15:33:00+00' from queue_jobs),
  'so does every later one'
);
select pg_temp.fail('2040-05-01 16:00:00+00');
select results_eq(
  'select status::text, attempts, completed_at is not null from queue_jobs', $$values ('failed', 5, true)$$,
  'the fifth of five attempts was the last'
);
select is(pg_temp.fail('2041-05-01 16:00:00+00'), null, 'a failed job is not claimed again');

insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2050-05-01 12:00:00+00');
select pg_temp.fail('2050-05-01 12:00:00+00', p_retry_after => '90 seconds');
select is(
  (select scheduled_for from queue_jobs where status = 'retrying'), '2050-05-01 12:01:30+00'::timestamptz,
  'a wait that was told is kept'
);
select pg_temp.fail('2050-05-01 13:00:00+00', p_retry => null);
select is((select count(*) from queue_jobs where status = 'retrying'), 1::bigint, 'null means: try again');
select pg_temp.fail('2050-05-01 14:00:00+00', p_retry => false);
select is((select count(*) from queue_jobs where status = 'retrying'), 0::bigint, 'what is not to be tried again is not');
select is((select count(*) from queue_jobs where status = 'failed'), 2::bigint, 'it has failed for good');

select * from finish();
rollback;
