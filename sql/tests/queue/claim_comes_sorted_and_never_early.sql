-- A claim hands out what is due, the most urgent first, and nothing before its time.
begin;
select plan(5);

insert into queue_jobs (user_id, job_type, metadata, scheduled_for, priority)
select a_user(), 'other', jsonb_build_object('name', job.name), job.scheduled_for, job.priority
from (
  values
    ('low', '2040-05-01 11:59:00+00'::timestamptz, 20),
    ('urgent', '2040-05-01 11:59:00+00', 1),
    ('high', '2040-05-01 11:59:00+00', 5),
    ('normal', '2040-05-01 11:59:00+00', 10),
    ('normal, a second ago', '2040-05-01 11:59:59+00', 10),
    ('exactly now', '2040-05-01 12:00:00+00', 10),
    ('a microsecond early', '2040-05-01 12:00:00.000001+00', 1),
    ('next week', '2040-05-08 12:00:00+00', 0)
) as job (name, scheduled_for, priority);

create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 100, p_now => '2040-05-01 12:00:00+00') with ordinality;

select is(
  (select array_agg(metadata ->> 'name' order by ordinality) from claim),
  '{urgent, high, normal, "normal, a second ago", "exactly now", low}',
  'a claim comes sorted: urgent, high, normal by age, low'
);
select is(
  (select count(*) from claim where metadata ->> 'name' in ('a microsecond early', 'next week')), 0::bigint,
  'nothing is claimed early, not by a microsecond, however urgent'
);
select is(
  (select array_agg(metadata ->> 'name' order by scheduled_for) from queue_jobs where status = 'pending'),
  '{a microsecond early, next week}',
  'what is not due still waits'
);
select is(
  (
    select array_agg(metadata ->> 'name')
    from claim_pending_jobs('{other}', 100, p_now => '2040-05-01 12:00:00.000001+00')
  ),
  '{a microsecond early}',
  'it is claimed in its microsecond'
);
select is_empty(
  $$select from claim_pending_jobs('{other}', 100, p_now => '2040-05-01 12:00:01+00')$$,
  'what has been claimed is not claimed again'
);

select * from finish();
rollback;
