-- Whoever writes, with a plain update or delete of text or job: a text that waits has a job or is planned again, one
-- that is being sent can always be resolved, and nothing goes twice.
begin;
select plan(48);

create temporary table batch (what text, job_id uuid, processing_token uuid, attempt_id uuid, message_id uuid) on commit drop;
create temporary table texts on commit drop as
select what, a_queued_text(what) as id
from unnest(array[
  'back to scheduled', 'back to scheduled, in future', 'job deleted', 'job of a time deleted', 'link taken away',
  'job cancelled', 'job cancelled with a reason', 'job failed'
]) as what;
create function pg_temp.id_of(p_what text) returns uuid language sql as $$ select id from texts where what = p_what $$;
create function pg_temp.text_of(p_what text) returns sms_messages language sql as $$
  select message from sms_messages as message where id = pg_temp.id_of(p_what)
$$;
create function pg_temp.job_of(p_what text) returns queue_jobs language sql as $$
  select job from queue_jobs as job where id = (pg_temp.text_of(p_what)).queue_job_id
$$;
create function pg_temp.jobs_about(p_what text) returns bigint language sql as $$
  select count(*) from queue_jobs where metadata ->> 'message_id' = pg_temp.id_of(p_what)::text
$$;
create function pg_temp.a_text_in_flight(p_what text) returns void language sql as $$
  insert into texts select p_what, a_queued_text(p_what);
  insert into batch
  select message_content, job_id, processing_token, attempt_id, message_id from claim_sms('a sender', p_now => now() + interval '1 second')
  where message_content = p_what;
$$;
create function pg_temp.accepted(p_what text) returns text language sql as $$
  select recorded || ' ' || outcome
  from record_sms_results((
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'SM ' || p_what, 'http_status', 201
    )) from batch where what = p_what
  ))
$$;

-- A text that waits.
update sms_messages set status = 'scheduled', scheduled_for = now() where id = pg_temp.id_of('back to scheduled');
update sms_messages set status = 'scheduled', scheduled_for = '2040-05-01 12:00+00' where id = pg_temp.id_of('back to scheduled, in future');
select is((pg_temp.text_of(what)).queue_job_id, null, what || ': the text has no job any more') from texts where what like 'back%';
select is(pg_temp.jobs_about(what), 0::bigint, what || ': and its job is gone') from texts where what like 'back%';

delete from queue_jobs where id = (pg_temp.job_of('job deleted')).id;
select is(((pg_temp.text_of('job deleted')).status, (pg_temp.text_of('job deleted')).scheduled_for)::text, format('(scheduled,"%s")', now()), 'a text whose job is deleted is planned again, for now');
update sms_messages set scheduled_for = '2040-05-01 12:00+00' where id = pg_temp.id_of('job of a time deleted');
delete from queue_jobs where id = (pg_temp.job_of('job of a time deleted')).id;
select is(((pg_temp.text_of('job of a time deleted')).status, (pg_temp.text_of('job of a time deleted')).scheduled_for)::text, '(scheduled,"2040-05-01 12:00:00+00")', 'or for the time that it has');
update sms_messages set queue_job_id = null where id = pg_temp.id_of('link taken away');
select is((pg_temp.text_of('link taken away')).status, 'scheduled', 'taking the link away puts the text back');
select is(pg_temp.jobs_about('link taken away'), 0::bigint, 'and takes the job away');
select is((tick() ->> 'promoted')::integer, 3, 'the next tick plans what is due');
select is(pg_temp.jobs_about(what), 1::bigint, what || ': it has one job again') from unnest(array['back to scheduled', 'job deleted', 'link taken away']) as what;

update queue_jobs set status = 'cancelled' where id = (pg_temp.job_of('job cancelled')).id;
select is(((pg_temp.text_of('job cancelled')).status, (pg_temp.text_of('job cancelled')).cancel_reason)::text, '(cancelled,"its job was cancelled")', 'a cancelled job cancels its text');
update queue_jobs set status = 'cancelled', error_message = 'not today' where id = (pg_temp.job_of('job cancelled with a reason')).id;
select is((pg_temp.text_of('job cancelled with a reason')).cancel_reason, 'not today', 'with its reason');
select isnt((pg_temp.text_of('job cancelled')).cancelled_at, null, 'and its time');

-- Between two attempts; what else waits goes on here, to be out of the way.
insert into batch
select message_content, job_id, processing_token, attempt_id, message_id from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select count(*) from batch), 4::bigint, 'what waits goes, each once');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', false))
  from batch where what = 'job failed'
));
update queue_jobs set status = 'failed', error_message = 'given up' where id = (pg_temp.job_of('job failed')).id;
select is(((pg_temp.text_of('job failed')).status, (pg_temp.text_of('job failed')).twilio_error_message, (pg_temp.text_of('job failed')).next_retry_at)::text, '(failed,"given up",)', 'a job that is given up fails its text');
select is(redrive_sms(pg_temp.id_of('job failed')), true, 'which can be redriven');
select is(cancel_sms(pg_temp.id_of('job failed')), true, 'and cancelled');

-- A text that is being sent.
select pg_temp.a_text_in_flight('set back');
update sms_messages set status = 'queued' where id = pg_temp.id_of('set back');
select is_empty($$select from claim_sms('a sender', p_now => now() + interval '1 second')$$, 'a text set back while its request is under way does not go again');
select is(update_scheduled_sms_send_time(pg_temp.id_of('set back'), now()), false, 'and is not moved');
select is(pg_temp.accepted('set back'), 'true accepted', 'its result is recorded');
select is(((pg_temp.text_of('set back')).status, (pg_temp.text_of('set back')).twilio_sid, (pg_temp.job_of('set back')).status)::text, '(sent,"SM set back",completed)', 'and it is sent');

select pg_temp.a_text_in_flight('set back and completed');
update sms_messages set status = 'queued' where id = pg_temp.id_of('set back and completed');
select from complete_queue_job(p_job_id => (pg_temp.job_of('set back and completed')).id, p_processing_token => (pg_temp.job_of('set back and completed')).processing_token);
select is((pg_temp.text_of('set back and completed')).status, 'sending', 'a job that is completed without a word of the provider leaves its text in doubt');
update sms_messages set status = 'queued' where id = pg_temp.id_of('set back and completed');
select is((pg_temp.job_of('set back and completed')).status, 'pending', 'whoever says of one in doubt that it has not gone has it sent again');
update sms_messages set status = 'cancelled' where id = pg_temp.id_of('set back and completed');

select pg_temp.a_text_in_flight('job deleted in flight');
delete from queue_jobs where id = (pg_temp.job_of('job deleted in flight')).id;
select is(((pg_temp.text_of('job deleted in flight')).status, (pg_temp.job_of('job deleted in flight')).status, (pg_temp.job_of('job deleted in flight')).lease_expires_at)::text, '(sending,processing,)', 'a text that loses its job in flight is held');
select is(pg_temp.accepted('job deleted in flight'), 'false accepted', 'its runner''s token counts no more');
select is((select outcome from herald.sms_attempts where message_id = pg_temp.id_of('job deleted in flight')), 'unknown', 'its attempt is in doubt');
select is(resolve_sms_in_doubt(pg_temp.id_of('job deleted in flight'), true, 'SM 9'), true, 'it can be resolved');
select is(((pg_temp.text_of('job deleted in flight')).status, (pg_temp.job_of('job deleted in flight')).status)::text, '(sent,completed)', 'and then it is sent');
select is((select outcome || ' ' || twilio_sid from herald.sms_attempts where message_id = pg_temp.id_of('job deleted in flight')), 'accepted SM 9', 'which its attempt tells');

select pg_temp.a_text_in_flight('job deleted, reported');
delete from queue_jobs where id = (pg_temp.job_of('job deleted, reported')).id;
select is(record_twilio_status((select attempt_id from batch where what = 'job deleted, reported'), 'SM 10', 'delivered'), true, 'a report finds it by its attempt');
select is(((pg_temp.text_of('job deleted, reported')).status, (pg_temp.job_of('job deleted, reported')).status)::text, '(delivered,completed)', 'and ends text and held job');

select pg_temp.a_text_in_flight(what) from unnest(array['job in flight cancelled', 'job in flight failed', 'job in flight completed']) as what;
update queue_jobs set status = 'cancelled' where id = (pg_temp.job_of('job in flight cancelled')).id;
update queue_jobs set status = 'failed' where id = (pg_temp.job_of('job in flight failed')).id;
update queue_jobs set status = 'completed' where id = (pg_temp.job_of('job in flight completed')).id;
select is(((pg_temp.text_of(what)).status, (pg_temp.job_of(what)).status, (pg_temp.job_of(what)).lease_expires_at)::text, '(sending,processing,)', what || ': the text is held')
from texts where what like 'job in flight%';
select is(resolve_sms_in_doubt(pg_temp.id_of('job in flight failed'), false), true, 'one of them has not gone');
select is(((pg_temp.text_of('job in flight failed')).status, (pg_temp.job_of('job in flight failed')).status)::text, '(queued,retrying)', 'and is tried again');

-- By a plain update of the text.
update sms_messages set status = 'failed' where id = pg_temp.id_of('job in flight cancelled');
select is((pg_temp.job_of('job in flight cancelled')).status, 'completed', 'a doubt that is settled by hand ends the held job');
select is(redrive_sms(pg_temp.id_of('job in flight cancelled')), true, 'and what failed can be redriven');

-- A row from before all this: it has been with the provider, and waited all the same.
insert into texts select 'with a SID', a_queued_text('with a SID');
update sms_messages set twilio_sid = 'SM 11' where id = pg_temp.id_of('with a SID');
delete from queue_jobs where id = (pg_temp.job_of('with a SID')).id;
select is(((pg_temp.text_of('with a SID')).status, (pg_temp.job_of('with a SID')).status)::text, '(sending,processing)', 'a text that has a SID does not go again because its job is deleted');

-- With the user, and with the text, all of it goes.
create temporary table gone on commit drop as select (pg_temp.text_of('job in flight completed')).user_id as held, (pg_temp.text_of('back to scheduled, in future')).user_id as waiting;
select pg_temp.a_text_in_flight('in flight');
insert into gone select user_id, user_id from sms_messages where id = pg_temp.id_of('in flight');
select lives_ok($$delete from users where id in (select unnest(array[held, waiting]) from gone)$$, 'a user can be deleted, whatever is in flight');
select is_empty($$select from queue_jobs where user_id in (select unnest(array[held, waiting]) from gone)$$, 'no job is left');
select is_empty($$select from sms_messages where user_id in (select unnest(array[held, waiting]) from gone)$$, 'and no text');

-- The functions that end both: once, and with their own words.
insert into texts select what, a_queued_text(what) from unnest(array['cancelled by function', 'text cancelled']) as what;
select is(cancel_job_with_reason((pg_temp.job_of('cancelled by function')).id, 'because'), true, 'a job is cancelled by its function');
select is(((pg_temp.text_of('cancelled by function')).status, (pg_temp.text_of('cancelled by function')).cancel_reason)::text, '(cancelled,because)', 'and its text with it');
select is(cancel_sms(pg_temp.id_of('text cancelled'), 'by hand'), true, 'a text is cancelled by its function');
select is(((pg_temp.job_of('text cancelled')).status, (pg_temp.job_of('text cancelled')).error_message)::text, '(cancelled,"by hand")', 'and its job with it');

select * from finish();
rollback;
