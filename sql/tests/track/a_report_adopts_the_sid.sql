-- A report that carries the attempt's id brings the SID of a request whose answer was lost, and ends the held job.
begin;
select plan(12);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 500
  ))
  from claim
));

select is(record_twilio_status(gen_random_uuid(), 'a sid', 'sent'), false, 'an attempt that is not there has no text');
select is((select status::text from sms_messages), 'sending', 'the text is in doubt');
select is((select record_twilio_status(attempt_id, 'a sid', 'queued', p_now => '2040-05-01 12:00:00+00') from claim), true, 'its own attempt has');
select results_eq(
  'select status::text, twilio_sid, sent_at from sms_messages', $$values ('sent', 'a sid', '2040-05-01 12:00:00+00'::timestamptz)$$,
  'the text has been sent, under that SID'
);
select results_eq(
  'select status::text, processing_token, result from queue_jobs', $$values ('completed', null::uuid, '{"twilio_sid": "a sid"}'::jsonb)$$,
  'the held job has ended'
);
select results_eq(
  'select outcome, twilio_sid from herald.sms_attempts', $$values ('accepted', 'a sid')$$, 'and the attempt was accepted'
);
select is(
  (
    select recorded
    from claim
    cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', false
    )))
  ),
  false, 'the runner has nothing more to say about it'
);

-- The report is faster than the runner, which then dies.
insert into message select a_queued_text();
truncate claim;
insert into claim select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select record_twilio_status(attempt_id, 'b sid', 'failed', 30003) from claim), true, 'a report comes while the request runs');
select is(
  (select status || ' ' || twilio_sid || ' ' || twilio_error_code from sms_messages where id = (select message_id from claim)),
  'failed b sid 30003', 'the text is where it says'
);
select is(herald.expire_leases(now() + interval '1 hour'), 1, 'the runner''s lease runs out');
select is(
  (select array_agg(distinct status) from queue_jobs), '{completed}', 'its job has ended, for the text is settled'
);
select is(
  (select status::text from sms_messages where id = (select message_id from claim)), 'failed', 'and stays where it was'
);

select * from finish();
rollback;
