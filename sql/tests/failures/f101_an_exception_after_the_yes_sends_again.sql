-- F101: an exception after the provider's yes sent the text again; after a time-out it went two or three times. Nothing
-- that leaves a doubt is ever sent again by itself.
begin;
select plan(22);

-- What an attempt can end with, and prove nothing.
create temporary table ending (what text, result jsonb) on commit drop;
insert into ending values
  ('a time-out', '{"maybe_accepted": true, "error_message": "no answer in 10 seconds"}'),
  ('a broken connection', '{"maybe_accepted": true}'),
  ('nobody said whether it was read', '{}'),
  ('an answer of 500', '{"http_status": 500}'),
  ('an answer of 503 with a code', '{"http_status": 503, "error_code": 20503}'),
  ('an answer of 408', '{"http_status": 408}'),
  ('an answer of 201 without a SID', '{"http_status": 201}'),
  ('an answer of 302', '{"http_status": 302}'),
  ('an answer of 400 that says so', '{"http_status": 400, "error_code": 20500}');
create temporary table message on commit drop as
select what, a_queued_text(what) as id from ending;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');

select is(
  recorded || ' ' || outcome || ' ' || message_status || ' ' || job_status, 'true unknown sending processing',
  what || ' proves nothing: the text is held'
)
from claim
inner join ending on what = message_content
cross join lateral record_sms_results(jsonb_build_array(result || jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id
)));

select tick(now() + interval '1 hour');
select tick(now() + interval '1 day');
select reset_stalled_jobs('0 seconds');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 hour')$$, 'an hour later nobody gets them again'
);
select is_empty(
  $$select from claim_pending_jobs('{send_sms}', 100, p_now => now() + interval '1 day')$$, 'nor a day later'
);
select is(
  (select array_agg(distinct attempt_count || ' ' || status) from sms_messages), '{"1 sending"}',
  'each has been tried once, and waits for a proof'
);
select is(
  (select count(*) from sms_messages where cancel_sms(id)), 0::bigint, 'what may have gone cannot be cancelled'
);
select is(
  (select count(*) from sms_messages where redrive_sms(id)), 0::bigint, 'nor be sent again like a failed one'
);

-- Proof comes from the provider's callback,
select is(
  (select record_twilio_status(attempt_id, 'sid 1', 'delivered') from claim where message_content = 'a time-out'), true,
  'a callback with the attempt''s id decides it'
);
-- from the runner that was away,
select is(
  (
    select message_status
    from claim
    cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'sid 2'
    )))
    where message_content = 'a broken connection'
  ),
  'sent', 'so does the answer, if it comes after all'
);
-- and from somebody who looked.
select is(
  (select resolve_sms_in_doubt(message_id, true, 'sid 3') from claim where message_content = 'an answer of 500'), true,
  'so does whoever has found it in the provider''s list'
);
select is(
  (select resolve_sms_in_doubt(message_id, false) from claim where message_content = 'an answer of 408'), true,
  'or knows that it has not gone'
);
select set_eq(
  $$
    select message_content || ': ' || message.status || ' ' || coalesce(twilio_sid, '-') || ' ' || job.status
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    where message.status <> 'sending'
  $$,
  array[
    'a time-out: delivered sid 1 completed', 'a broken connection: sent sid 2 completed', 'an answer of 500: sent sid 3 completed',
    'an answer of 408: queued - retrying'
  ],
  'only these are decided'
);
select is(
  (select array_agg(message_content || ' ' || attempt) from claim_sms('a sender', p_now => now() + interval '1 second')),
  '{an answer of 408 2}', 'and only what has certainly not gone is sent again'
);
select is(
  (select array_agg(distinct outcome order by outcome) from herald.sms_attempts where outcome is not null),
  '{accepted, not_sent, unknown}', 'each attempt says how it ended'
);
select is(
  (select count(*) from sms_messages where status = 'sending' and twilio_sid is null), 6::bigint,
  'sending without a SID is the one state in doubt'
);

select * from finish();
rollback;
