-- Somebody who has looked decides about a text in doubt; nobody can decide about one that is not.
begin;
select plan(18);

create temporary table message on commit drop as
select what, a_queued_text(what) as id from unnest('{it went, it did not, last attempt, not in doubt}'::text[]) as what;
create function pg_temp.id(p_what text) returns uuid language sql as $$select id from message where what = p_what$$;
update sms_messages set max_attempts = 1 where id = pg_temp.id('last attempt');
update queue_jobs set max_attempts = 1 where id = (select queue_job_id from sms_messages where id = pg_temp.id('last attempt'));

select is(resolve_sms_in_doubt(pg_temp.id('it went'), false), false, 'a text that waits is not in doubt');
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is(resolve_sms_in_doubt(pg_temp.id('it went'), false), false, 'nor one that a runner is just sending');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 500
  ))
  from claim
  where message_content <> 'not in doubt'
));

select throws_ok($$select resolve_sms_in_doubt(pg_temp.id('it went'), true)$$, '22023', null, 'it went: under which SID?');
select throws_ok(
  $$select resolve_sms_in_doubt(pg_temp.id('it went'), false, 'a sid')$$, '22023', null, 'it did not: so it has no SID'
);
select throws_ok($$select resolve_sms_in_doubt(pg_temp.id('it went'), null)$$, '22023', null, 'null decides nothing');

select is(resolve_sms_in_doubt(pg_temp.id('it went'), true, 'a sid', now() + interval '1 hour'), true, 'it went');
select results_eq(
  $$select status::text, twilio_sid, sent_at from sms_messages where id = pg_temp.id('it went')$$,
  $$values ('sent', 'a sid', now() + interval '1 hour')$$,
  'so it has been sent'
);
select is(resolve_sms_in_doubt(pg_temp.id('it went'), true, 'a sid'), false, 'which cannot be decided twice');

select is(resolve_sms_in_doubt(pg_temp.id('it did not'), false, p_now => now() + interval '1 hour'), true, 'it did not go');
select results_eq(
  $$
    select message.status::text, job.status::text, job.scheduled_for, message.attempt_count
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    where message.id = pg_temp.id('it did not')
  $$,
  $$values ('queued', 'retrying', now() + interval '1 hour', 1)$$,
  'so it is tried again at once'
);
select is(resolve_sms_in_doubt(pg_temp.id('last attempt'), false), true, 'it did not go, and that was its last attempt');
select is((select status::text from sms_messages where id = pg_temp.id('last attempt')), 'failed', 'so it has failed');
select is(resolve_sms_in_doubt(gen_random_uuid(), false), false, 'an unknown text is not in doubt');
select set_eq(
  $$select what || ': ' || outcome from herald.sms_attempts as attempt inner join message on message.id = attempt.message_id where outcome is not null$$,
  array['it went: accepted', 'it did not: not_sent', 'last attempt: not_sent'],
  'the attempts say what was decided'
);

-- A worker that only completes the job has not said whether the text went.
select is(
  (select complete_queue_job(job_id, '{}', processing_token) from claim where message_content = 'not in doubt'), true,
  'a job is completed without a word of the provider'
);
select is(
  (select status::text from sms_messages where id = pg_temp.id('not in doubt')), 'sending', 'its text is in doubt'
);
select is(resolve_sms_in_doubt(pg_temp.id('not in doubt'), true, 'b sid'), true, 'and can be decided');
select is(
  (select status::text from queue_jobs where id = (select queue_job_id from sms_messages where id = pg_temp.id('not in doubt'))),
  'completed', 'which ends the job'
);

select * from finish();
rollback;
