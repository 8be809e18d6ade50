-- What was claimed and not begun goes back at once and costs nothing: a deploy is no failure.
begin;
select plan(7);

insert into queue_jobs (user_id, job_type, scheduled_for, attempts)
select a_user(), 'other', '2040-05-01 12:00:00+00', 1 from generate_series(1, 2);
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 2, p_now => '2040-05-01 12:00:00+00') with ordinality;

select is((select array_agg(attempts) from claim), '{2, 2}', 'the claim has counted');
select set_eq(
  $$
    select hand_back_jobs(
      array_agg(id),
      array_agg(case when ordinality = 1 then processing_token else gen_random_uuid() end),
      '2040-05-01 12:00:10+00'
    )
    from claim
  $$,
  'select id from claim where ordinality = 1',
  'it returns the jobs that were held under the tokens'
);
select results_eq(
  $$
    select status::text, attempts, scheduled_for, processing_token, lease_expires_at
    from queue_jobs
    where id = (select id from claim where ordinality = 1)
  $$,
  $$values ('pending', 1, '2040-05-01 12:00:00+00'::timestamptz, null::uuid, null::timestamptz)$$,
  'the job waits again, with its attempt and its old time'
);
select is(
  (select status::text || attempts from queue_jobs where id = (select id from claim where ordinality = 2)),
  'processing2',
  'a job under another token stays where it is'
);
update queue_jobs set lease_expires_at = null where id = (select id from claim where ordinality = 2);
select results_eq(
  $$
    select herald.held_jobs(array_agg(claim.id), array_agg(job.processing_token))
    from claim inner join queue_jobs as job on job.id = claim.id
  $$,
  'select id from claim where ordinality = 2',
  'and whoever has the right one is told that it is held, be it without a lease'
);
select is(
  (select attempts from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:10+00')), 2,
  'it can be claimed at once'
);
select is_empty(
  'select hand_back_jobs(array_agg(id), array_agg(processing_token)) from claim where ordinality = 1',
  'the old token hands nothing back any more'
);

select * from finish();
rollback;
