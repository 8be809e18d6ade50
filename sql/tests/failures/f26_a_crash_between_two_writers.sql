-- F26: two writers, one for the job and one for its text, and a crash between them: failed, with attempts left. Here one
-- statement writes both, so that every way a job can stop leaves job and text of one mind.
begin;
select plan(8);

create function pg_temp.claimed() returns void language sql as $$
  create temporary table claim on commit drop as
  select * from claim_sms('a sender', p_now => now() + interval '1 minute');
$$;
create view pg_temp.state as
select
  job.status::text as job_status, message.status::text as message_status, job.attempts = message.attempt_count as agree,
  job.attempts, job.scheduled_for = message.next_retry_at as same_time
from sms_messages as message
inner join queue_jobs as job on job.id = message.queue_job_id;

select from a_queued_text();
select pg_temp.claimed();
select results_eq(
  'select job_status, message_status, agree, attempts from state', $$values ('processing', 'sending', true, 1)$$,
  'a claim counts the attempt on both'
);
select is((select fail_queue_job(job_id, 'refused', true, processing_token) from claim), true, 'the attempt fails');
select results_eq(
  'select * from state', $$values ('retrying', 'queued', true, 1, true)$$,
  'attempts are left, so neither has failed, and both name the same next time'
);
drop table claim;
update queue_jobs set scheduled_for = now();
select pg_temp.claimed();
select from (select hand_back_jobs(array_agg(job_id), array_agg(processing_token)) from claim) as done;
select results_eq(
  'select job_status, message_status, agree, attempts from state', $$values ('pending', 'queued', true, 1)$$,
  'what is handed back is given back on both'
);
drop table claim;
select pg_temp.claimed();
select is((select fail_queue_job(job_id, 'refused', true, processing_token) from claim), true, 'the second attempt fails');
drop table claim;
update queue_jobs set scheduled_for = now();
select pg_temp.claimed();
select results_eq(
  'select job_status, message_status, agree, attempts from state', $$values ('processing', 'sending', true, 3)$$,
  'the third is the last one'
);
select is((select fail_queue_job(job_id, 'refused', true, processing_token) from claim), true, 'it fails');
select results_eq(
  'select job_status, message_status, agree, attempts from state', $$values ('failed', 'failed', true, 3)$$,
  'with the attempts used up, and only then, both have failed'
);

select * from finish();
rollback;
