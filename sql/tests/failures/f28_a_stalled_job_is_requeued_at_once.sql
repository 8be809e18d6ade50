-- F28: a job that killed its worker was put back at once, for ever.
begin;
select plan(5);

insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2040-05-01 12:00:00+00');
-- A worker a minute, each killed by the job.
create temporary table victim on commit drop as
select minute, claim.attempts
from generate_series('2040-05-01 12:00:00+00'::timestamptz, '2040-05-01 14:00:00+00', '1 minute') as minute
cross join lateral (select herald.expire_leases(minute)) as expiry (count)
cross join lateral claim_pending_jobs('{other}', 1, '1 second', minute + 0 * expiry.count * interval '1 second') as claim;

select is((select count(*) from victim), 3::bigint, 'in two hours it kills as many workers as it has attempts');
select is((select array_agg(attempts order by minute) from victim), '{1, 2, 3}', 'each of them was counted');
select ok(
  (select max(minute) filter (where attempts = 2) - min(minute) >= interval '5 minutes' from victim),
  'the second not earlier than five minutes after the first'
);
select ok(
  (
    select max(minute) filter (where attempts = 3) - max(minute) filter (where attempts = 2) >= interval '15 minutes'
    from victim
  ),
  'the third not earlier than fifteen minutes after the second'
);
select is((select status::text from queue_jobs), 'failed', 'then it has failed');

select * from finish();
rollback;
