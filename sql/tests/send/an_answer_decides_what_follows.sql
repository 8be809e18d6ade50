-- What the provider answers decides what becomes of attempt, text and job: every row of the table of answers.
begin;
select plan(63);

create temporary table answer (what text, result jsonb, outcome text) on commit drop;
insert into answer
values
  ('201 with a SID', '{"http_status": 201, "sid": "sid"}', 'accepted'),
  ('200 with a SID', '{"http_status": 200, "sid": "sid"}', 'accepted'),
  ('a SID and no status', '{"sid": "sid"}', 'accepted'),
  ('a time-out', '{"maybe_accepted": true}', 'unknown'),
  ('nothing at all', '{}', 'unknown'),
  ('500', '{"http_status": 500}', 'unknown'),
  ('502', '{"http_status": 502}', 'unknown'),
  ('503 with 20503', '{"http_status": 503, "error_code": 20503}', 'unknown'),
  ('500 with a permanent code', '{"http_status": 500, "error_code": 21211}', 'unknown'),
  ('408', '{"http_status": 408}', 'unknown'),
  ('201 without a SID', '{"http_status": 201}', 'unknown'),
  ('a refused connection', '{"maybe_accepted": false}', 'not_sent'),
  ('429', '{"http_status": 429}', 'throttled'),
  ('429 with an unknown code', '{"http_status": 429, "error_code": 29999}', 'throttled'),
  ('401', '{"http_status": 401}', 'config'),
  ('403', '{"http_status": 403}', 'config'),
  ('400 without a code', '{"http_status": 400}', 'permanent'),
  ('404 without a code', '{"http_status": 404}', 'permanent'),
  ('400 with an unknown code', '{"http_status": 400, "error_code": 29999}', 'permanent');
insert into answer
select
  given.http_status || ' with ' || code, jsonb_build_object('http_status', given.http_status, 'error_code', code),
  given.outcome
from (
  values
    (429, '{20429, 63017, 63038}'::integer[], 'throttled'),
    (400, '{20429, 21611, 63017, 63038}', 'throttled'),
    (401, '{20003}', 'config'),
    (403, '{20005, 20003}', 'config'),
    (400, '{20003, 20005}', 'config'),
    (400, '{21610}', 'opted_out'),
    (400, '{21211, 21214, 21217, 21614, 21612, 21408, 21635, 21219, 21265}', 'permanent'),
    (400, '{21602, 21605, 21617, 21619}', 'permanent'),
    (400, '{21606, 21603, 21659, 21660, 21703, 21704}', 'sender')
) as given (http_status, codes, outcome)
cross join unnest(codes) as code;

create temporary table consequence (outcome text, message_status text, job_status text, attempts integer, paused boolean)
on commit drop;
insert into consequence
values
  ('accepted', 'sent', 'completed', 1, false),
  ('unknown', 'sending', 'processing', 1, false),
  ('not_sent', 'queued', 'retrying', 1, false),
  ('throttled', 'queued', 'retrying', 0, true),
  ('config', 'queued', 'pending', 0, true),
  ('sender', 'queued', 'pending', 0, true),
  ('opted_out', 'cancelled', 'cancelled', 1, false),
  ('permanent', 'failed', 'failed', 1, false);

-- Each answer to a text of its own, from a sender of its own, all in the same second.
create temporary table message on commit drop as select what, a_queued_text(what) as id from answer;
create temporary table claim on commit drop as
select what, claimed.*
from answer
cross join lateral claim_sms('sender of ' || what, 1, p_now => now() + interval '1 second') as claimed;
create temporary table recorded on commit drop as
select claim.what, result.*
from claim
inner join answer on answer.what = claim.message_content
cross join lateral record_sms_results(jsonb_build_array(answer.result || jsonb_build_object(
  'job_id', claim.job_id, 'processing_token', claim.processing_token, 'attempt_id', claim.attempt_id,
  'sid', (answer.result ->> 'sid') || ' of ' || answer.what
))) as result;

select results_eq(
  format(
    $$
      select
        recorded.recorded, recorded.outcome, recorded.message_status, recorded.job_status, message.status::text,
        job.status::text, job.attempts, message.attempt_count, coalesce(sender.paused_until > now(), false), attempt.outcome
      from sms_messages as message
      inner join queue_jobs as job on job.id = message.queue_job_id
      inner join recorded on recorded.job_id = job.id
      inner join herald.sms_attempts as attempt on attempt.message_id = message.id
      left join herald.senders as sender on sender.sender = attempt.sender
      where message.message_content = %L
    $$, what
  ),
  format(
    $$
      select
        true, outcome, message_status, job_status, message_status, job_status, attempts, attempts, paused, outcome
      from consequence
      where outcome = %L
    $$, outcome
  ),
  what || ' is ' || outcome
)
from answer;

select is((select count(*) from answer), 51::bigint, 'no answer was left out');
select is((select count(*) from herald.suppressed_numbers), 1::bigint, 'only 21610 suppresses a number');
select results_eq(
  $$
    select phone_number, source
    from herald.suppressed_numbers
  $$,
  $$select phone_number, 'provider' from sms_messages where message_content = '400 with 21610'$$,
  'the number of its text'
);
select matches(
  (select cancel_reason from sms_messages where message_content = '400 with 21610'), '^opted_out: the recipient has answered STOP$',
  'whose text says why it was cancelled'
);
select results_eq(
  $$
    select twilio_error_code, twilio_error_message
    from sms_messages
    where message_content = '400 with 21614'
  $$,
  $$values (21614, 'not a mobile number')$$,
  'a failed text has code and meaning'
);
select results_eq(
  $$select distinct twilio_error_code, twilio_error_message from sms_messages where status = 'sent'$$,
  'values (null::integer, null)',
  'an accepted one has none'
);
select is(
  (select count(*) from sms_messages where status = 'sent' and sent_at is not null and twilio_sid is not null), 3::bigint,
  'but SID and time'
);
select is(
  (
    select count(*)
    from sms_messages as message
    inner join queue_jobs as job on job.id = message.queue_job_id
    where (job.status = 'retrying') <> (message.next_retry_at is not null)
  ),
  0::bigint, 'what is tried again says when'
);
select is(
  (
    select count(*)
    from sms_messages as message
    inner join queue_jobs as job on job.id = message.queue_job_id
    where message.next_retry_at <> job.scheduled_for
  ),
  0::bigint, 'and that is its job''s time'
);
select is(
  (select count(*) from queue_jobs where status in ('completed', 'failed', 'cancelled') and completed_at is null), 0::bigint,
  'what has ended has the time of its end'
);
select is(
  (select count(*) from queue_jobs where status = 'processing' and lease_expires_at is not null), 0::bigint,
  'what is in doubt is held without a lease'
);

-- The table of codes is data.
insert into herald.provider_codes (error_code, outcome, meaning) values (29999, 'throttled', 'a team''s own judgement');
select is(herald.classify_answer(null, 400, 29999, null), 'throttled', 'a team can judge a code otherwise');

select * from finish();
rollback;
