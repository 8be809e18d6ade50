-- F34: two hundred failures came back in the same second, and failed together again.
begin;
select plan(4);

insert into queue_jobs (user_id, job_type, scheduled_for)
select a_user(), 'other', '2040-05-01 12:00:00+00' from generate_series(1, 200);
select from claim_pending_jobs('{other}', 200, p_now => '2040-05-01 12:00:00+00') as claim
cross join lateral fail_queue_job(
  claim.id, 'away', true, claim.processing_token, p_now => '2040-05-01 12:00:00+00'
) as failed;

select is((select count(*) from queue_jobs where status = 'retrying'), 200::bigint, 'two hundred jobs failed together');
select ok(
  (select min(scheduled_for) >= '2040-05-01 12:05:00+00' and max(scheduled_for) <= '2040-05-01 12:05:30+00' from queue_jobs),
  'they come back after five minutes, and up to a tenth of that more'
);
select ok(
  (select count(distinct date_trunc('second', scheduled_for)) > 20 from queue_jobs),
  'spread over these thirty seconds'
);

-- The provider told all of one batch to come back after the same minute.
create temporary table message on commit drop as select a_queued_text() as id from generate_series(1, 50);
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select from record_sms_results(
  (
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 429,
      'retry_after_seconds', 60
    ))
    from claim
  )
);
select ok(
  (
    select count(*) = 50 and count(distinct scheduled_for) > 40 and min(scheduled_for) >= now() + interval '1 minute'
    from queue_jobs
    where job_type = 'send_sms' and status = 'retrying'
  ),
  'nor do fifty throttled texts come back together'
);

select * from finish();
rollback;
