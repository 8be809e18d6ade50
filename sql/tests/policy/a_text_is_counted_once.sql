-- A text is counted against its user's limits when it is claimed, once, however often it is tried; what has certainly
-- not gone gives its place back.
begin;
select plan(29);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set hourly_sms_limit = 10, timezone = 'UTC';
create function pg_temp.counted() returns text language sql as $$
  select coalesce((
    select daily_sms_count::text from user_sms_preferences where user_id = (select id from reader)
  ), 'no row') || ' of the day, ' || (select count(*) from sms_messages where counted_at is not null) || ' of the hour';
$$;
create function pg_temp.a_text(p_at timestamptz default '2040-05-01 12:00+00') returns void language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  delete from herald.senders;
  update user_sms_preferences set daily_sms_count = 0, daily_count_reset_at = p_at where user_id = (select id from reader);
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, expires_at)
  select id, '+12025550123', 'hello', 'scheduled', p_at, '2041-01-01 00:00+00' from reader;
$$;
-- Claims at one time, and records the answer at another.
create function pg_temp.answered(p_result jsonb, p_claimed_at timestamptz, p_now timestamptz) returns text language sql as $$
  select message_status
  from record_sms_results(
    (
      select jsonb_agg(p_result || jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id))
      from claim_sms('a sender', p_now => p_claimed_at)
    ),
    p_now
  );
$$;

-- Planning counts nothing, the claim does.
select from pg_temp.a_text();
select from tick('2040-05-01 11:57+00');
select is((select status::text from sms_messages), 'queued', 'a text is planned');
select is(pg_temp.counted(), '0 of the day, 0 of the hour', 'which counts nothing');
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-01 12:00+00')), 1::bigint, 'it is claimed');
select is(pg_temp.counted(), '1 of the day, 1 of the hour', 'and is counted');
select is_empty($$select from claim_sms('a sender', p_now => '2040-05-01 12:00:30+00')$$, 'another claim');
select is(pg_temp.counted(), '1 of the day, 1 of the hour', 'does not count it again');

-- Each answer: what the text is then, and what stays counted.
create temporary table answer (what text, result jsonb, status text, counted text) on commit drop;
insert into answer values
  ('accepted', '{"http_status": 201, "sid": "sid"}', 'sent', '1 of the day, 1 of the hour'),
  ('unknown', '{"maybe_accepted": true}', 'sending', '1 of the day, 1 of the hour'),
  ('not sent', '{"maybe_accepted": false}', 'queued', '0 of the day, 0 of the hour'),
  ('throttled', '{"http_status": 429}', 'queued', '0 of the day, 0 of the hour'),
  ('config', '{"http_status": 401}', 'queued', '0 of the day, 0 of the hour'),
  ('sender', '{"http_status": 400, "error_code": 21606}', 'queued', '0 of the day, 0 of the hour'),
  ('permanent', '{"http_status": 400, "error_code": 21211}', 'failed', '0 of the day, 0 of the hour');
create function pg_temp.after(p_result jsonb, p_claimed_at timestamptz default '2040-05-01 12:00+00', p_now timestamptz default '2040-05-01 12:00:02+00')
returns text language plpgsql as $$
declare
  v_status text;
begin
  perform pg_temp.a_text();
  perform tick(p_claimed_at);
  v_status := pg_temp.answered(p_result, p_claimed_at, p_now);
  return v_status || ': ' || pg_temp.counted();
end $$;
select is(pg_temp.after(result), status || ': ' || counted, what) from answer;

-- An opt-out that the provider knows of leaves nothing to limit.
select is(
  pg_temp.after('{"http_status": 400, "error_code": 21610}'), 'cancelled: 0 of the day, 0 of the hour', 'an opt-out'
);
delete from herald.suppressed_numbers;
update user_sms_preferences set opted_out = false;

-- Ways back without an answer.
create temporary table claim (job_id uuid, processing_token uuid) on commit drop;
create function pg_temp.claimed() returns void language sql as $$
  select pg_temp.a_text();
  select tick('2040-05-01 12:00+00');
  delete from claim;
  insert into claim select job_id, processing_token from claim_sms('a sender', p_runner => 'mine', p_now => '2040-05-01 12:00+00');
$$;
select from pg_temp.claimed();
select from hand_back_jobs(array(select job_id from claim), array(select processing_token from claim), '2040-05-01 12:00:01+00');
select is(pg_temp.counted(), '0 of the day, 0 of the hour', 'what a runner hands back is given back');
select from pg_temp.claimed();
select from hand_back_unseen_sms('mine', '{}', '2040-05-01 12:00:01+00');
select is(pg_temp.counted(), '0 of the day, 0 of the hour', 'so is what no runner ever saw');
select from pg_temp.claimed();
select from claim cross join lateral fail_queue_job(job_id, 'away', true, processing_token, null, '2040-05-01 12:00:01+00') as failed;
select is(pg_temp.counted(), '0 of the day, 0 of the hour', 'and what a worker says has failed');
select from pg_temp.claimed();
select from tick('2040-05-01 12:10+00');
select is(pg_temp.counted(), '1 of the day, 1 of the hour', 'a lease that runs out proves nothing');
select from sms_messages cross join lateral resolve_sms_in_doubt(id, true, 'sid of a doubt', '2040-05-01 12:20+00') as resolved;
select is(pg_temp.counted(), '1 of the day, 1 of the hour', 'a doubt resolved: it went');
select from pg_temp.claimed();
select from tick('2040-05-01 12:10+00');
select from sms_messages cross join lateral resolve_sms_in_doubt(id, false, null, '2040-05-01 12:20+00') as resolved;
select is(pg_temp.counted(), '0 of the day, 0 of the hour', 'a doubt resolved: it did not');

-- Three attempts, the last of which goes.
select from pg_temp.a_text();
select from tick('2040-05-01 12:00+00');
select is(pg_temp.answered('{"maybe_accepted": false}', '2040-05-01 12:00+00', '2040-05-01 12:00:01+00'), 'queued', 'refused');
select is(pg_temp.answered('{"maybe_accepted": false}', '2040-05-01 13:00+00', '2040-05-01 13:00:01+00'), 'queued', 'refused again');
select is(pg_temp.answered('{"http_status": 201, "sid": "the third"}', '2040-05-01 14:00+00', '2040-05-01 14:00:01+00'), 'sent', 'accepted');
select results_eq(
  'select pg_temp.counted(), attempt_count, counted_at from sms_messages',
  $$values ('1 of the day, 1 of the hour', 3, '2040-05-01 14:00+00'::timestamptz)$$, 'three attempts are one text'
);

-- Counted on one day, known not to have gone on the next.
select is(
  pg_temp.after('{"maybe_accepted": false}', '2040-05-01 23:59:59+00', '2040-05-02 00:00:01+00'),
  'queued: 0 of the day, 0 of the hour', 'what was counted yesterday comes off yesterday''s count'
);
select from pg_temp.a_text('2040-05-01 23:59:59+00');
select from tick('2040-05-01 23:59:59+00');
create temporary table yesterdays on commit drop as
select job_id, processing_token, attempt_id from claim_sms('a sender', p_now => '2040-05-01 23:59:59+00');
update user_sms_preferences set daily_sms_count = 5, daily_count_reset_at = '2040-05-02 00:00:01+00';
select from record_sms_results((select jsonb_agg(to_jsonb(yesterdays) || '{"maybe_accepted": false}') from yesterdays), '2040-05-02 00:00:02+00');
select is(pg_temp.counted(), '5 of the day, 0 of the hour', 'and not off today''s');

-- The field's call and the gates read and write the same count.
update user_sms_preferences set daily_sms_limit = 3, daily_sms_count = 0, daily_count_reset_at = '2040-05-03 00:00+00';
select is((select allowed from check_and_increment_sms_daily_limit((select id from reader), 2, p_now => '2040-05-03 12:00+00')), true, 'the field''s call counts two');
select is(
  (select evidence from explain_sms(p_user_id => (select id from reader), p_at => '2040-05-03 12:00+00') where gate = 'limits'),
  '2 of 3 texts of the local day are used, 0 of 10 of the hour', 'and the gates know'
);

-- A user without preferences has no row to count in, and nothing breaks.
select from pg_temp.claimed();
delete from user_sms_preferences;
select from hand_back_jobs(array(select job_id from claim), array(select processing_token from claim), '2040-05-01 12:00:01+00');
select is(pg_temp.counted(), 'no row of the day, 0 of the hour', 'a text whose user''s preferences are gone goes back all the same');

select * from finish();
rollback;
