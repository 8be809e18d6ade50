-- A claim never fails because of one text, whatever an application has made of it: its job ends, or is held if the text
-- is being sent already, and the others of the batch go.
begin;
select plan(17);

create temporary table texts on commit drop as
select what, a_queued_text(what) as id
from unnest(array['pending', 'scheduled', 'cancelled', 'failed', 'sending', 'innocent']) as what;
create function pg_temp.text_of(p_what text) returns sms_messages language sql as $$
  select message from sms_messages as message where id = (select id from texts where what = p_what)
$$;
create function pg_temp.job_of(p_what text) returns queue_jobs language sql as $$
  select job from queue_jobs as job where metadata ->> 'message_id' = (select id::text from texts where what = p_what)
$$;

-- As rows from before the triggers that keep text and job in step.
set local session_replication_role = replica;
update sms_messages set status = 'pending' where id = (pg_temp.text_of('pending')).id;
update sms_messages set status = 'scheduled', scheduled_for = now() where id = (pg_temp.text_of('scheduled')).id;
set local session_replication_role = origin;
update sms_messages set status = 'cancelled' where id = (pg_temp.text_of('cancelled')).id;
update sms_messages set status = 'failed' where id = (pg_temp.text_of('failed')).id;
create temporary table first_claim on commit drop as
select claimed.* from claim_sms('a sender', 1, p_runner => 'a runner', p_now => now() + interval '1 second') as claimed where false;
update queue_jobs set scheduled_for = now() - interval '1 minute' where id = (pg_temp.job_of('sending')).id;
insert into first_claim select * from claim_sms('a sender', 1, p_runner => 'a runner', p_now => now() + interval '1 second');
select is((select message_content from first_claim), 'sending', 'one of them is being sent');
-- Somebody frees what seems to be stuck.
update queue_jobs set status = 'pending' where id = (pg_temp.job_of('sending')).id;

create temporary table second_claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select array_agg(message_content) from second_claim), '{innocent}', 'what waits goes, and nothing else');
select is(((pg_temp.job_of(what)).status, (pg_temp.job_of(what)).error_message)::text, format('(cancelled,"still_wanted: the text is %s")', what), what || ': the job ends, and says why')
from texts where what in ('pending', 'scheduled', 'cancelled', 'failed');
select is((pg_temp.text_of(what)).status::text, what, what || ': the text stays as it is')
from texts where what in ('pending', 'scheduled', 'cancelled', 'failed');
select is(((pg_temp.text_of('sending')).status, (pg_temp.job_of('sending')).status, (pg_temp.job_of('sending')).lease_expires_at)::text, '(sending,processing,)', 'what is being sent already is held');
select is((pg_temp.job_of('sending')).attempts, 1, 'which is no attempt');
select is(
  (select recorded from record_sms_results((
    select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'SM 1', 'http_status', 201)) from first_claim
  ))), false, 'the runner''s token is a former one'
);
select is_empty($$select hand_back_unseen_sms('a runner', '{}')$$, 'and the runner cannot give back, as never seen, what it has sent');
select is((select tick(now() + interval '1 hour') ->> 'leases_expired'), '1', 'only the one under a lease runs out');
select is(resolve_sms_in_doubt((pg_temp.text_of('sending')).id, true, 'SM 1'), true, 'it can be resolved');
select is(((pg_temp.text_of('sending')).status, (pg_temp.job_of('sending')).status)::text, '(sent,completed)', 'and is sent');

select * from finish();
rollback;
