-- F51: one failure was counted twice, in two counters that two writers kept. The job counts, and text and delivery show
-- its count.
begin;
select plan(5);

create temporary table message on commit drop as select a_queued_text() as id;
update sms_messages set notification_delivery_id = a_delivery();
create view pg_temp.counters as
select job.attempts as of_job, message.attempt_count as of_text, delivery.attempts as of_delivery
from sms_messages as message
inner join queue_jobs as job on job.id = message.queue_job_id
inner join notification_deliveries as delivery on delivery.id = message.notification_delivery_id;
create function pg_temp.attempt(p_minutes integer, p_result jsonb) returns void language sql as $$
  select record_sms_results(
    jsonb_build_array(p_result || jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id
    )),
    now() + make_interval(mins => p_minutes)
  )
  from claim_sms('a sender', p_now => now() + make_interval(mins => p_minutes));
$$;

select results_eq('select * from counters', 'values (0, 0, 0)', 'a text that waits has no attempt');
select pg_temp.attempt(1, '{"maybe_accepted": false}');
select results_eq('select * from counters', 'values (1, 1, 1)', 'one failure is one attempt, in all three');
select pg_temp.attempt(10, '{"http_status": 429, "retry_after_seconds": 1}');
select results_eq('select * from counters', 'values (1, 1, 1)', 'a throttled request is none');
select pg_temp.attempt(20, '{"maybe_accepted": false}');
select results_eq('select * from counters', 'values (2, 2, 2)', 'two failures are two');
select pg_temp.attempt(40, '{"http_status": 201, "sid": "a sid"}');
select results_eq('select * from counters', 'values (3, 3, 3)', 'and a success is the third attempt');

select * from finish();
rollback;
