-- F27: a job ran again because recording its completion had failed. A worker that did the work and could not say so
-- says it later, and a text that may have gone is not sent again meanwhile.
begin;
select plan(8);

-- Other work: the token is good until somebody else has claimed the job, however late that is.
insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', '2040-05-01 12:00:00+00');
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_lease => '1 minute', p_now => '2040-05-01 12:00:00+00');
select is_empty(
  $$select from claim_pending_jobs('{other}', p_now => '2040-05-02 12:00:00+00')$$,
  'a lease that ran out does not put the job in anybody''s hands by itself'
);
select is(
  (select complete_queue_job(id, null, processing_token) from claim), true,
  'the worker records its completion as soon as it can'
);
select is_empty(
  $$select from claim_pending_jobs('{other}', p_now => '2040-05-02 12:00:00+00')$$,
  'and the job never runs again'
);

-- A text: the provider has said yes, the database was away, the lease ran out.
create temporary table message on commit drop as select a_queued_text() as id;
create temporary table sms_claim on commit drop as
select * from claim_sms('a sender', p_lease => '1 minute', p_now => now() + interval '1 minute');
select tick(now() + interval '1 hour');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '2 hours')$$,
  'a text that may have gone is not sent again'
);
create temporary table late on commit drop as
select result.*
from sms_claim
cross join lateral record_sms_results(
  jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'a sid', 'http_status', 201
  )),
  now() + interval '2 hours'
) as result;
select results_eq(
  'select recorded, outcome, message_status, job_status from late', $$values (true, 'accepted', 'sent', 'completed')$$,
  'the late record is taken'
);
select is((select status || ' ' || twilio_sid from sms_messages), 'sent a sid', 'the text has been sent, under its SID');
select is((select outcome from herald.sms_attempts), 'accepted', 'its attempt was accepted');
select is((select count(*) from herald.sms_attempts), 1::bigint, 'there was one attempt');

select * from finish();
rollback;
