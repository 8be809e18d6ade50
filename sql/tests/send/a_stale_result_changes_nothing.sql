-- A batch of results is recorded one by one: what is not the caller's (any more) is told apart and changes nothing.
begin;
select plan(14);

create temporary table message on commit drop as select a_queued_text('text ' || number) as id, number from generate_series(1, 3) as number;
create temporary table claim on commit drop as
select right(message_content, 1)::integer as number, claimed.*
from claim_sms('a sender', p_now => now() + interval '1 second') as claimed;
create temporary table result on commit drop as
select recorded.*
from record_sms_results((
  select jsonb_agg(
    jsonb_build_object(
      'job_id', job_id, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'sid ' || number,
      'processing_token', case number when 1 then processing_token when 2 then gen_random_uuid() end
    )
    order by number
  )
  from claim
)) with ordinality as recorded;

select results_eq(
  $$
    select number, recorded, outcome, message_status, job_status
    from result inner join claim using (job_id)
    order by number
  $$,
  $$
    values
      (1, true, 'accepted', 'sent', 'completed'), (2, false, 'accepted', null, null), (3, false, 'accepted', null, null)
  $$,
  'in one batch, the good result is recorded, a foreign and a null token are not'
);
select set_eq(
  $$select message_content || ' ' || status || ' ' || coalesce(twilio_sid, '-') from sms_messages$$,
  array['text 1 sent sid 1', 'text 2 sending -', 'text 3 sending -'],
  'and only the good one has changed anything'
);
select is(
  (
    select array_agg(recorded)
    from record_sms_results((
      select jsonb_build_array(jsonb_build_object(
        'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400
      ))
      from claim
      where number = 1
    ))
  ),
  '{f}', 'a result told twice is not recorded twice'
);
select is((select status || ' ' || twilio_sid from sms_messages where message_content = 'text 1'), 'sent sid 1', 'the first one stays');
select is(
  (
    select array_agg(recorded || ' ' || outcome order by recorded)
    from record_sms_results((
      select jsonb_agg(jsonb_build_object(
        'job_id', job_id, 'processing_token', token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'sid 2'
      ))
      from claim
      cross join lateral unnest(array[gen_random_uuid(), processing_token]) as token
      where number = 2
    ))
  ),
  '{"false accepted", "true accepted"}', 'of two results for one job the one with the token counts'
);
select is(
  (
    select count(*)
    from record_sms_results((
      select jsonb_agg(jsonb_build_object(
        'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'sid 3'
      ))
      from claim
      cross join generate_series(1, 2)
      where number = 3
    ))
    where recorded
  ),
  2::bigint, 'the same result twice in a batch is recorded once, and both are told so'
);
select is_empty($$select from record_sms_results('[]')$$, 'an empty batch is nothing');
select is(
  (select array_agg(recorded) from record_sms_results(jsonb_build_array(jsonb_build_object('job_id', gen_random_uuid(), 'processing_token', gen_random_uuid())))),
  '{f}', 'a job that is not there is not recorded'
);
select throws_ok($$select record_sms_results('{}')$$, '22023', null, 'results that are no list are an error');
select throws_ok($$select record_sms_results('null')$$, '22023', null, 'so is a JSON null');
select throws_ok($$select record_sms_results(null)$$, '22023', null, 'and a null');
select is((select array_agg(recorded) from record_sms_results('[1, null, "x", []]')), '{f,f,f,f}', 'what is no object is nobody''s result');
select is(
  (select array_agg(recorded) from record_sms_results('[{"job_id": "no id", "processing_token": "none"}]')), '{f}',
  'nor is an id that is none'
);

-- A wait that no interval can hold must not make a whole batch fail.
insert into message select a_queued_text('text 4'), 4;
select ok(
  (
    select recorded and job.scheduled_for <= now() + interval '27 hours'
    from claim_sms('a sender', p_now => now() + interval '1 second') as claimed
    cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 429,
      'retry_after_seconds', 1e300
    ))) as recorded
    inner join queue_jobs as job on job.id = claimed.job_id
  ) is not false,
  'a Retry-After without measure is cut to a day'
);

select * from finish();
rollback;
