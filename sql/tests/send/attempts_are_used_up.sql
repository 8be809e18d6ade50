-- A text that the provider has certainly not taken is tried again after 5 and 15 minutes, then it has failed.
begin;
select plan(8);

create temporary table message on commit drop as select a_queued_text() as id;
create function pg_temp.fails(p_minutes integer) returns text language sql as $$
  select result.job_status
  from claim_sms('a sender', p_now => now() + make_interval(mins => p_minutes)) as claim
  cross join lateral record_sms_results(
    jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', false,
      'error_message', 'connection refused'
    )),
    now() + make_interval(mins => p_minutes)
  ) as result;
$$;

select is(pg_temp.fails(0), 'retrying', 'the first attempt');
select ok(
  (select next_retry_at between now() + interval '5 minutes' and now() + interval '5 minutes 30 seconds' from sms_messages),
  'the second comes after 5 minutes'
);
select is(pg_temp.fails(10), 'retrying', 'the second attempt');
select ok(
  (select next_retry_at between now() + interval '25 minutes' and now() + interval '26 minutes 30 seconds' from sms_messages),
  'the third comes after 15'
);
select is(pg_temp.fails(20), null, 'not earlier');
select is(pg_temp.fails(30), 'failed', 'the third attempt is the last one');
select results_eq(
  'select status::text, attempt_count, twilio_error_message, next_retry_at, failed_at from sms_messages',
  $$values ('failed', 3, 'connection refused', null::timestamptz, now() + interval '30 minutes')$$,
  'the text has failed'
);
select is(
  (select array_agg(attempt || ' ' || outcome order by attempt) from herald.sms_attempts),
  '{"1 not_sent", "2 not_sent", "3 not_sent"}', 'each attempt is on record'
);

select * from finish();
rollback;
