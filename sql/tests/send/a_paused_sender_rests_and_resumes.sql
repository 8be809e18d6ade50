-- A sender that the provider slowed down or refused rests, and its texts wait without losing an attempt.
begin;
select plan(14);

create temporary table message on commit drop as select a_queued_text() as id from generate_series(1, 2);
create function pg_temp.claimed(p_sender text, p_seconds integer) returns bigint language sql
as $$select count(*) from claim_sms(p_sender, p_now => now() + make_interval(secs => p_seconds))$$;
create function pg_temp.answered(p_seconds integer, p_result jsonb) returns setof text language sql as $$
  select result.outcome
  from claim_sms('a sender', 1, p_now => now() + make_interval(secs => p_seconds)) as claim
  cross join lateral record_sms_results(
    jsonb_build_array(p_result || jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id
    )),
    now() + make_interval(secs => p_seconds)
  ) as result;
$$;

select is(pg_temp.answered(1, '{"http_status": 429, "retry_after_seconds": 30}'), 'throttled', 'the provider says: later');
select ok(
  (select paused_until between now() + interval '31 seconds' and now() + interval '34 seconds' from herald.senders),
  'the sender rests as long as it was told, and up to a tenth more'
);
select is(pg_temp.claimed('a sender', 30), 0::bigint, 'so long it gets nothing');
select is((select max(attempt_count) from sms_messages), 0, 'no text has lost an attempt');
select herald.register_sender('a sender', 100);
select is(pg_temp.claimed('a sender', 30), 0::bigint, 'a runner that starts does not end such a rest');
select is(pg_temp.answered(40, '{"http_status": 400, "error_code": 21606, "error_message": "not ours"}'), 'sender', 'then it sends again');
select is((select paused_until from herald.senders), now() + interval '100 seconds', 'a wrong sender rests for a minute');
select is((select pause_reason from herald.senders), 'sender: not ours', 'and says why');
select is(pg_temp.claimed('a sender', 99), 0::bigint, 'it gets nothing');
select is(pg_temp.answered(101, '{"http_status": 401, "error_code": 20003, "error_message": "no"}'), 'config', 'after that it tries');
select is(pg_temp.claimed('a sender', 102), 0::bigint, 'and rests again');
select herald.register_sender('a sender', null);
select is(
  (select array_agg(coalesce(paused_until::text, pause_reason, 'no pause')) from herald.senders), '{"no pause"}',
  'a runner that starts ends a rest because of wrong settings: they may be right now'
);
select is(
  (select array_agg(attempt) from claim_sms('a sender', p_now => now() + interval '102 seconds')), '{1, 1}',
  'and both texts go, with all their attempts'
);
select is((select count(*) from herald.sms_attempts), 5::bigint, 'every request that was made is on record');

select * from finish();
rollback;
