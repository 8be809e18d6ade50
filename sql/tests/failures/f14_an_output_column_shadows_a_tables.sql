-- F14: an output column had the name of a table's, and the call was ambiguous. Every function that gives a table is
-- called once where it finds something.
begin;
select plan(8);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table job on commit drop as select a_job('completed') as id;

select is((select count(*) from get_user_sms_channel_info((select user_id from sms_messages))), 1::bigint, 'get_user_sms_channel_info');
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '1 second')), 1::bigint, 'claim_sms');
select is(
  (
    select count(*)
    from sms_messages as message
    inner join queue_jobs as job on job.id = message.queue_job_id
    cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job.id, 'processing_token', job.processing_token, 'http_status', 201, 'sid', 'a sid'
    ))) as result
    where result.recorded
  ),
  1::bigint, 'record_sms_results'
);
select is((select count(*) from update_sms_status_atomic((select id from message), 'a sid', 'delivered', 'delivered') where updated_sms), 1::bigint, 'update_sms_status_atomic');
insert into queue_jobs (user_id, job_type) values (a_user(), 'other'), (a_user(), 'other');
select is((select count(*) from claim_pending_jobs('{other}', 1, p_now => now())), 1::bigint, 'claim_pending_jobs');
select is(
  (
    select count(*)
    from queue_jobs as job
    cross join lateral cancel_jobs_atomic(job.user_id, 'other', null, '{pending}') as cancelled
    where job.status = 'pending'
  ),
  1::bigint, 'cancel_jobs_atomic'
);
select is(
  (select deleted_count from delete_old_completed_queue_jobs(0)), 0, 'delete_old_completed_queue_jobs'
);
select is(
  (select count(*) from herald.decide_sms(array(select text from sms_messages as text), array[now()])), 11::bigint, 'decide_sms'
);

select * from finish();
rollback;
