-- F91: unknown codes were retried without end. A refusal that nobody has heard of is a refusal, and ends the text; so does
-- a report of failure with such a code.
begin;
select plan(5);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is(
  (
    select outcome || ' ' || message_status || ' ' || job_status
    from claim cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400, 'error_code', 98765
    )))
  ),
  'permanent failed failed', 'a refusal with an unknown code is for good'
);
select is_empty('select from claim_sms(''a sender'', p_now => now() + interval ''1 day'')', 'and is not tried again');

insert into message select a_queued_text();
truncate claim;
insert into claim select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select record_twilio_status(attempt_id, 'SM1', 'failed', 98765) from claim), true, 'a report of failure with an unknown code');
select is((select (status, twilio_error_code)::text from sms_messages where twilio_sid = 'SM1'), '(failed,98765)', 'ends its text');
select is(
  (select count(*) from herald.suppressed_numbers) + (select count(*) from herald.senders where paused_until is not null), 0::bigint, 'and nothing else follows'
);

select * from finish();
rollback;
