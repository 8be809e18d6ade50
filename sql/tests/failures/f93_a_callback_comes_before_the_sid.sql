-- F93: a callback that came before the SID was stored was lost.
begin;
select plan(13);

create temporary table message on commit drop as select a_queued_text() as id from generate_series(1, 2);
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second') with ordinality;
create function pg_temp.record(p_number integer, p_sid text) returns text language sql as $$
  select recorded || ' ' || outcome || ' ' || message_status || ' ' || job_status
  from claim
  cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', p_sid,
    'provider_status', 'queued'
  )))
  where ordinality = p_number;
$$;
create function pg_temp.text_of(p_number integer) returns text language sql as $$
  select status || ' ' || coalesce(twilio_sid, 'without a SID') || ' ' || coalesce(twilio_status, 'no word')
  from sms_messages where id = (select message_id from claim where ordinality = p_number);
$$;

-- Without the attempt's id, as from a number's own callback address: it waits for its SID.
select is(record_twilio_status(null, 'first sid', 'sent', p_now => now() + interval '2 seconds'), false, 'nobody knows its SID');
select is(record_twilio_status(null, 'first sid', 'delivered', p_now => now() + interval '3 seconds'), false, 'nor this one''s');
select is(pg_temp.text_of(1), 'sending without a SID no word', 'no text has moved');
select is((select count(*) from herald.sms_status_log where message_id is null), 2::bigint, 'but the reports are kept');
select is(pg_temp.record(1, 'first sid'), 'true accepted delivered completed', 'the record of the request finds them');
select is(pg_temp.text_of(1), 'delivered first sid delivered', 'the text has been delivered');
select is(
  (select count(*) from herald.sms_status_log where message_id = (select message_id from claim where ordinality = 1)),
  2::bigint, 'the reports are its own now'
);

-- With the attempt's id: it brings the SID.
select is(
  (
    select record_twilio_status(attempt_id, 'second sid', 'delivered', p_now => now() + interval '3 seconds')
    from claim where ordinality = 2
  ),
  true, 'a report with the id of the attempt moves the text'
);
select is(pg_temp.text_of(2), 'delivered second sid delivered', 'which takes over the SID');
select is(
  (select status::text from queue_jobs where id = (select job_id from claim where ordinality = 2)), 'processing',
  'its job is left to the runner, who is about to say the same'
);
select is(pg_temp.record(2, 'second sid'), 'true accepted delivered completed', 'and does');
select is(pg_temp.text_of(2), 'delivered second sid delivered', 'which moves nothing back');
select is((select array_agg(distinct outcome) from herald.sms_attempts), '{accepted}', 'both attempts were accepted');

select * from finish();
rollback;
