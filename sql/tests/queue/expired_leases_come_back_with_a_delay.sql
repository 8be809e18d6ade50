-- A worker that says nothing loses its jobs when their leases have run out: tried again later, counted, and at last
-- failed.
begin;
select plan(9);

insert into queue_jobs (user_id, job_type, scheduled_for, max_attempts)
values (a_user(), 'other', '2040-05-01 12:00:00+00', 2);
select claim_pending_jobs('{other}', p_lease => '2 minutes', p_now => '2040-05-01 12:00:00+00');

select is(herald.expire_leases('2040-05-01 12:01:59+00'), 0, 'a lease that runs is left alone');
select is(herald.expire_leases('2040-05-01 12:02:00+00', '{send_email}'), 0, 'so is another type than was asked for');
select is(herald.expire_leases('2040-05-01 12:02:00+00'), 1, 'a lease ends when its time has come');
select results_eq(
  'select status::text, attempts, processing_token, error_message from queue_jobs',
  $$values ('retrying', 1, null::uuid, 'the lease ran out: the worker died or hung')$$,
  'the job waits for another attempt; the lost one counts'
);
select ok(
  (select scheduled_for between '2040-05-01 12:07:00+00' and '2040-05-01 12:07:30+00' from queue_jobs),
  'it waits as after any failure'
);
select is(herald.expire_leases('2040-05-01 12:02:00+00'), 0, 'once');
select is(
  (
    select attempts
    from claim_pending_jobs('{other}', p_lease => '2 minutes', p_now => '2040-05-01 13:00:00+00')
  ),
  2,
  'the next claim is the second attempt'
);
select is((tick('2040-05-01 13:02:00+00') ->> 'leases_expired')::integer, 1, 'the tick ends leases');
select is((select status::text from queue_jobs), 'failed', 'with its attempts used up, the job has failed');

select * from finish();
rollback;
