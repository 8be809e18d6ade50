-- F40: completed jobs were deleted after a while, failed and cancelled ones never.
begin;
select plan(9);

create temporary table job on commit drop as
select status, a_job(status) as id from unnest(enum_range(null::queue_status)) as status;
update queue_jobs set completed_at = now() - interval '31 days' where status in ('completed', 'failed', 'cancelled');

select results_eq(
  'select * from delete_old_completed_queue_jobs(32)', 'values (0, null::timestamptz, null::timestamptz)',
  'what ended 31 days ago is kept for 32'
);
select results_eq(
  $$select * from delete_old_completed_queue_jobs(30, 500, '{send_email}')$$,
  'values (0, null::timestamptz, null::timestamptz)',
  'only the types that were named'
);
select results_eq(
  'select * from delete_old_completed_queue_jobs(30, 2)',
  $$values (2, now() - interval '31 days', now() - interval '31 days')$$,
  'no more than the batch size'
);
select is((select deleted_count from delete_old_completed_queue_jobs()), 1, 'and then the rest');
select set_eq(
  'select status::text from queue_jobs', '{pending, processing, retrying}'::text[],
  'completed, failed and cancelled jobs are gone; what waits or runs stays, however old'
);

-- The tick does it by itself.
insert into job select status, a_job(status) from unnest('{completed, failed, cancelled}'::queue_status[]) as status;
select is((tick(now() + interval '29 days') ->> 'jobs_pruned')::integer, 0, 'after 29 days a tick prunes nothing');
select is((tick(now() + interval '31 days') ->> 'jobs_pruned')::integer, 3, 'after 31 days it prunes them all');

select throws_ok('select delete_old_completed_queue_jobs(-1)', '22023', null, 'negative days are an error');
select throws_ok('select delete_old_completed_queue_jobs(30, 0)', '22023', null, 'so is an empty batch');

select * from finish();
rollback;
