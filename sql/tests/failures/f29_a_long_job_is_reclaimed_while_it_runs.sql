-- F29: a job that took longer than a fixed time-out was given to a second worker while the first still ran.
begin;
select plan(6);

insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_lease => '2 minutes', p_now => '2040-05-01 12:00:00+00');

-- A heartbeat a minute, for three hours.
select is(
  (
    select sum(herald.expire_leases(minute))
    from claim
    cross join generate_series('2040-05-01 12:01:00+00'::timestamptz, '2040-05-01 15:00:00+00', '1 minute') as minute
    cross join lateral extend_leases(array[id], array[processing_token], '2 minutes', minute)
  ),
  0::bigint, 'a job whose worker is alive is nobody else''s, however long it takes'
);
select is(reset_stalled_jobs('0 seconds'), 0, 'a lease that runs is not stalled, whatever the time-out');
select is((select attempts from queue_jobs), 1, 'it is still the first attempt');
select is(herald.expire_leases('2040-05-01 15:02:00+00'), 1, 'two minutes after the last heartbeat it ends');
select is((select status::text from queue_jobs), 'retrying', 'and the job is tried again');
select throws_ok(
  'select complete_queue_job(id, null, processing_token) from claim', 'SMS02', null,
  'the first worker is told that it has lost the job'
);

select * from finish();
rollback;
