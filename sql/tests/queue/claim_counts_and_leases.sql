-- A claim takes no more than asked for, counts the attempt before anything is done, and hands out a lease with a token.
begin;
select plan(14);

insert into queue_jobs (user_id, job_type, scheduled_for, error_message)
select a_user(), 'other', '2040-05-01 12:00:00+00', 'last time it rained' from generate_series(1, 7);

create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 3, '90 seconds', '2040-05-01 12:00:00+00');

select is((select count(*) from claim), 3::bigint, 'no more than the batch size');
select is((select count(distinct processing_token) from claim), 3::bigint, 'each job has a token of its own');
select is(
  (select array_agg(distinct status || ' ' || attempts || ' of ' || max_attempts) from claim), '{processing 1 of 3}',
  'the attempt is counted by the claim'
);
select is((select count(*) from claim where error_message is not null), 0::bigint, 'an old error is gone');
select is(
  (select array_agg(distinct lease_expires_at) from queue_jobs where status = 'processing'),
  array['2040-05-01 12:01:30+00'::timestamptz],
  'the lease lasts as long as asked for'
);
select is(
  (select array_agg(distinct started_at) from claim), array['2040-05-01 12:00:00+00'::timestamptz],
  'the first claim is when the job started'
);
select is(
  (select count(*) from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:00+00')), 4::bigint,
  'five are taken where nothing is said, if there are so many'
);

select throws_ok($$select claim_pending_jobs('{other}', 0)$$, '22023', null, 'a batch of none is an error');
select throws_ok($$select claim_pending_jobs('{other}', -1)$$, '22023', null, 'a negative batch is an error');
select throws_ok($$select claim_pending_jobs('{other}', null)$$, '22023', null, 'a null batch is an error');
select throws_ok($$select claim_pending_jobs('{other}', 10001)$$, '22023', null, 'a batch without bounds is an error');
select throws_ok($$select claim_pending_jobs('{other}', 1, '0 seconds')$$, '22023', null, 'no lease is an error');
select throws_ok($$select claim_pending_jobs('{other}', 1, null)$$, '22023', null, 'a null lease is an error');
select throws_ok($$select claim_pending_jobs('{other}', 1, '2 days')$$, '22023', null, 'an endless lease is an error');

select * from finish();
rollback;
