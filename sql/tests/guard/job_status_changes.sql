-- A job moves only along the lines of its state machine, whoever runs the update.
begin;
select plan(43);

-- Written out a second time on purpose: a test that read herald.transitions would agree with any slip in it.
create temporary table legal (from_status, to_status) on commit drop as
values
  ('pending', 'processing'),
  ('pending', 'cancelled'),
  ('processing', 'completed'),
  ('processing', 'retrying'),
  ('processing', 'failed'),
  ('processing', 'cancelled'),
  ('processing', 'pending'),
  ('retrying', 'processing'),
  ('retrying', 'pending'),
  ('retrying', 'cancelled'),
  ('retrying', 'failed'),
  ('failed', 'pending');

-- Every ordered pair of statuses, each on a row of its own; staying where one is is no change.
select case
    when from_status = to_status then lives_ok(attempt, format('a %s job may stay so', from_status))
    when legal then lives_ok(attempt, format('a %s job may become %s', from_status, to_status))
    else throws_ok(attempt, 'SMS01', null, format('a %s job may not become %s', from_status, to_status))
  end
from (
  select a.status as from_status, b.status as to_status,
    (a.status, b.status) in (select * from legal) as legal,
    format(
      'update public.queue_jobs set status = %L, processing_token = %L where id = %L',
      b.status, case when b.status = 'processing' then gen_random_uuid() end, tests.a_job(a.status::public.queue_status)
    ) as attempt
  from unnest(array['pending', 'processing', 'completed', 'failed', 'cancelled', 'retrying']) as a (status),
    unnest(array['pending', 'processing', 'completed', 'failed', 'cancelled', 'retrying']) as b (status)
) as change;

-- And how a row may begin.
select case
    when start.status in ('pending') then lives_ok(attempt, format('a job may begin as %s', status))
    else throws_ok(attempt, 'SMS01', null, format('a job may not begin as %s', status))
  end
from (
  select status, format('insert into public.queue_jobs (user_id, job_type, status, processing_token) values (%L, ''other'', %L, %L)', tests.a_user(), status, case when status = 'processing' then gen_random_uuid() end) as attempt
  from unnest(array['pending', 'processing', 'completed', 'failed', 'cancelled', 'retrying']) as a (status)
) as start;

select is(
  (select count(*) from herald.transitions where machine = 'job' and from_status <> '(start)'), 12::bigint,
  'no other change of a job is legal'
);

select * from finish();
rollback;
