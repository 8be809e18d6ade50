-- A heartbeat keeps the jobs that are still held, and tells which these are.
begin;
select plan(8);

insert into queue_jobs (user_id, job_type, scheduled_for)
select a_user(), 'other', '2040-05-01 12:00:00+00' from generate_series(1, 3);
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 3, '1 minute', '2040-05-01 12:00:00+00') with ordinality;
create function pg_temp.job(p_number bigint) returns uuid language sql
as $$select id from claim where ordinality = p_number$$;
create function pg_temp.token(p_number bigint) returns uuid language sql
as $$select processing_token from claim where ordinality = p_number$$;

select set_eq(
  $$
    select extend_leases(
      array[pg_temp.job(1), pg_temp.job(2), pg_temp.job(3), gen_random_uuid()],
      array[pg_temp.token(1), pg_temp.token(2), gen_random_uuid(), gen_random_uuid()],
      '2 minutes', '2040-05-01 12:00:30+00'
    )
  $$,
  array[pg_temp.job(1), pg_temp.job(2)],
  'it returns the jobs that are held under the tokens'
);
select is(
  (select lease_expires_at from queue_jobs where id = pg_temp.job(1)), '2040-05-01 12:02:30+00'::timestamptz,
  'their leases run from now'
);
select is(
  (select lease_expires_at from queue_jobs where id = pg_temp.job(3)), '2040-05-01 12:01:00+00'::timestamptz,
  'a foreign token extends nothing'
);
select is(
  (
    select lease_expires_at
    from extend_leases(array[pg_temp.job(1)], array[pg_temp.token(1)], '1 second', '2040-05-01 12:00:30+00') as id
    inner join queue_jobs using (id)
  ),
  '2040-05-01 12:02:30+00'::timestamptz,
  'a lease never gets shorter'
);
select complete_queue_job(pg_temp.job(2), null, pg_temp.token(2));
select is_empty(
  $$select extend_leases(array[pg_temp.job(2)], array[pg_temp.token(2)])$$,
  'a finished job is not held'
);
select is_empty(
  $$select extend_leases(array[pg_temp.job(1), pg_temp.job(2)], array[pg_temp.token(2), pg_temp.token(1)])$$,
  'ids and tokens belong together one by one'
);
select is_empty($$select extend_leases('{}', '{}')$$, 'nothing is nothing');
select throws_ok(
  $$select extend_leases('{}', '{}', '-1 second')$$, '22023', null,
  'a lease that makes no sense is an error'
);

select * from finish();
rollback;
