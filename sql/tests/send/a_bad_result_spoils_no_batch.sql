-- One result that makes no sense costs the others of its batch nothing, and proves nothing itself: what cannot be read
-- leaves its text in doubt, where a refusal that can be read refuses it.
begin;
select plan(25);

create temporary table answer (what text, said jsonb, outcome text, status text) on commit drop;
insert into answer values
  ('good', '{"sid": "SM 1", "http_status": 201}', 'accepted', 'sent'),
  ('good as well', '{"sid": "SM 2", "http_status": "201", "segments": "x", "retry_after_seconds": "soon", "provider_status": 5}', 'accepted', 'sent'),
  ('a refusal with an empty SID', '{"sid": "", "http_status": 400, "error_code": 21211}', 'permanent', 'failed'),
  ('another one', '{"sid": " ", "http_status": 400, "error_code": 21211}', 'permanent', 'failed'),
  ('a status that is none', '{"http_status": "gone", "maybe_accepted": false}', 'unknown', 'sending'),
  ('a status without measure', '{"http_status": 99999999999999999999, "maybe_accepted": false}', 'unknown', 'sending'),
  ('a code that is none', '{"http_status": 429, "error_code": "x", "retry_after_seconds": 1e400}', 'throttled', 'queued'),
  ('maybe', '{"maybe_accepted": "perhaps"}', 'unknown', 'sending'),
  ('nothing at all', '{}', 'unknown', 'sending'),
  ('never left', '{"maybe_accepted": "false"}', 'not_sent', 'queued'),
  ('a SID of another', '{"sid": "SM 0", "http_status": 201}', 'unknown', 'sending'),
  ('the SID of another result', '{"sid": "SM 1", "http_status": 201}', 'unknown', 'sending'),
  ('a SID that is none', '{"sid": {"sid": "SM 4"}, "http_status": 201}', 'unknown', 'sending'),
  ('a SID without measure', jsonb_build_object('sid', repeat('x', 20000), 'http_status', 201), 'unknown', 'sending');

select from a_queued_text('before');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'SM 0', 'http_status', 201))
  from claim_sms('a sender', p_now => now() + interval '1 second')
));
select from (select a_queued_text(what) from answer) as queued;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
create temporary table result on commit drop as
select *
from record_sms_results((
  select jsonb_agg(element order by element ->> 'what')
  from (
    select said || jsonb_build_object('what', what, 'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id) as element
    from answer inner join claim on claim.message_content = answer.what
    union all
    values ('5'::jsonb), ('null'), ('[]'), ('{"job_id": 5}'), ('{"job_id": "x", "processing_token": []}')
  ) as elements
));

select is((select count(*) from result), 19::bigint, 'each result has its answer');
select is((select count(*) from result where recorded), 14::bigint, 'what is about a job is recorded');
select is((select count(*) from result where recorded is false and outcome = 'unknown' and job_id is null), 5::bigint, 'what is about none is not');
select is((select result.outcome || ' ' || message_status from result inner join claim using (job_id) where message_content = what), outcome || ' ' || status, what)
from answer;
select is((select array_agg(twilio_sid order by twilio_sid) from sms_messages where twilio_sid is not null), '{SM 0,SM 1,SM 2}', 'no SID is kept twice, and none that is empty');
select matches((select error_message from herald.sms_attempts as attempt inner join claim on claim.attempt_id = attempt.id where message_content = 'a SID of another'), 'SID', 'the attempt tells why it is in doubt');

-- By hand.
create function pg_temp.in_doubt() returns uuid language sql as $$ select message_id from claim where message_content = 'nothing at all' $$;
select throws_ok(format('select resolve_sms_in_doubt(%L, true, %L)', pg_temp.in_doubt(), sid), '22023', null, 'a doubt is not resolved with ' || what)
from (values ('', 'an empty SID'), (' ', 'a blank SID'), ('SM 0', 'the SID of another text'), (repeat('x', 65), 'a SID that is none')) as bad (sid, what);
select is((select status::text from sms_messages where id = pg_temp.in_doubt()), 'sending', 'and stays one');
select is(resolve_sms_in_doubt(pg_temp.in_doubt(), true, 'SM 3'), true, 'but with its own');

select * from finish();
rollback;
