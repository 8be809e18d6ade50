-- F30: steady urgent traffic kept everything else waiting for ever. A waiting job gains a minute on each point of
-- priority: after nineteen minutes a low job is as urgent as one that is urgent and new.
begin;
select plan(5);

insert into queue_jobs (user_id, job_type, scheduled_for, priority, queue_job_id)
values
  (a_user(), 'other', '2040-05-01 12:00:00+00', 20, 'low'),
  (a_user(), 'other', '2040-05-01 12:00:00+00', 10, 'normal'),
  (a_user(), 'other', '2040-05-01 12:00:00+00', 5, 'high'),
  (a_user(), 'other', '2040-05-01 12:00:00+00', 100, 'of the lowest priority there is');
-- An urgent job every second, and a worker that does one job a second.
insert into queue_jobs (user_id, job_type, scheduled_for, priority)
select (select id from users limit 1), 'other', second, 1
from generate_series('2040-05-01 12:00:00+00'::timestamptz, '2040-05-01 12:25:00+00', '1 second') as second;

create temporary table served on commit drop as
select second, claim.queue_job_id
from generate_series('2040-05-01 12:00:00+00'::timestamptz, '2040-05-01 12:25:00+00', '1 second') as second
cross join lateral claim_pending_jobs('{other}', 1, p_now => second) as claim;

create function pg_temp.waited(p_job text) returns interval language sql
as $$select second - '2040-05-01 12:00:00+00' from served where queue_job_id = p_job$$;
select ok(pg_temp.waited('high') between '4 minutes' and '4 minutes 5 seconds', 'high waits 4 minutes at most');
select ok(pg_temp.waited('normal') between '9 minutes' and '9 minutes 5 seconds', 'normal waits 9 minutes at most');
select ok(pg_temp.waited('low') between '19 minutes' and '19 minutes 5 seconds', 'low waits 19 minutes at most');
select ok(
  pg_temp.waited('of the lowest priority there is') between '19 minutes' and '19 minutes 5 seconds',
  'and so does what is even lower'
);
select is((select count(*) from served), 1501::bigint, 'the worker was never idle');

select * from finish();
rollback;
