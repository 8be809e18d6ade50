-- F24: a null token compared with a null token let anybody end anything.
begin;
select plan(9);

-- A job that waits has a null token, and so has one that ended.
insert into queue_jobs (id, user_id, job_type, status)
select ('00000000-0000-0000-0000-00000000000' || number)::uuid, a_user(), 'other', 'pending'
from generate_series(1, 2) as number;
select is(
  complete_queue_job(p_job_id => '00000000-0000-0000-0000-000000000001'), false,
  'without a token a waiting job is not completed'
);
select is(
  fail_queue_job(p_job_id => '00000000-0000-0000-0000-000000000001', p_error_message => 'no', p_retry => false), false,
  'nor failed'
);
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 2, p_now => now());
select is(complete_queue_job((select min(id::text)::uuid from claim)), false, 'nor is a running one completed');
select is(fail_queue_job((select min(id::text)::uuid from claim), 'no'), false, 'nor failed');
select is_empty(
  $$
    select extend_leases(array_agg(id), array_fill(null::uuid, '{2}')) from claim
    union all
    select hand_back_jobs(array_agg(id), array_fill(null::uuid, '{2}')) from claim
  $$,
  'null tokens keep nothing and hand nothing back'
);
select is(
  (select array_agg(distinct status::text || attempts) from queue_jobs), '{processing1}',
  'both jobs run on'
);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table sms_claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 minute');
select is(
  (
    select recorded
    from record_sms_results((
      select jsonb_build_array(jsonb_build_object('job_id', job_id, 'processing_token', null, 'sid', 'a sid'))
      from sms_claim
    ))
  ),
  false, 'a result with a null token is not recorded'
);
select is(
  (
    select recorded
    from record_sms_results((select jsonb_build_array(jsonb_build_object('job_id', job_id, 'sid', 'a sid')) from sms_claim))
  ),
  false, 'nor one without any'
);
select is((select status::text from sms_messages), 'sending', 'and the text is where it was');

select * from finish();
rollback;
