-- A text that is sent again begins anew, however it was redriven: what the provider says of the first one moves nothing,
-- and what it says of the second one is taken.
begin;
select plan(18);

create temporary table claim (life integer, message_content text, job_id uuid, processing_token uuid, attempt_id uuid) on commit drop;
create function pg_temp.claim_all(p_life integer) returns bigint language sql as $$
  insert into claim
  select p_life, message_content, job_id, processing_token, attempt_id
  from claim_sms('a sender', p_now => now() + p_life * interval '1 second');
  select count(*) from claim where life = p_life;
$$;
create function pg_temp.tell(p_life integer, p_answer jsonb) returns void language sql as $$
  select record_sms_results((
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id
    ) || case when p_answer ? 'sid' then p_answer || jsonb_build_object('sid', message_content || (p_answer ->> 'sid')) else p_answer end)
    from claim where life = p_life
  ));
$$;
create function pg_temp.report(p_what text, p_life integer, p_sid text, p_status text) returns boolean language sql as $$
  select record_twilio_status(attempt_id, p_what || p_sid, p_status) from claim where message_content = p_what and life = p_life
$$;

create temporary table texts on commit drop as select what, a_queued_text(what) as id from unnest(array['update', 'call', 'doubt']) as what;
select is(pg_temp.claim_all(1), 3::bigint, 'all go a first time');
select pg_temp.tell(1, '{"sid": " one", "http_status": 201, "provider_status": "queued", "segments": 1}');
select is(pg_temp.report(what, 1, ' one', 'undelivered'), true, what || ': it was not delivered') from texts;

update sms_messages set status = 'queued' where message_content in ('update', 'doubt');
select is(redrive_sms(id), true, 'one by the function') from texts where what = 'call';
select results_eq(
  'select attempt_count, twilio_sid, twilio_status, twilio_error_code, twilio_error_message, sent_at, failed_at from sms_messages',
  $$select 0, null::text, null::text, null::integer, null::text, null::timestamptz, null::timestamptz from generate_series(1, 3)$$,
  'nothing of the first life is left'
);
select is(pg_temp.claim_all(2), 3::bigint, 'all go a second time');
select is(pg_temp.report('update', 1, ' one', 'failed'), false, 'a late word about the first one moves nothing');
select is((select updated_sms from update_sms_status_atomic(id, 'call one', 'undelivered', 'undelivered', 30003)), false, 'also by the field''s call')
from texts where what = 'call';
select is((select array_agg(status::text || coalesce(twilio_sid, '')) from sms_messages), '{sending,sending,sending}', 'all of them are still being sent');
select is((select count(*) from queue_jobs where status = 'processing'), 3::bigint, 'by their jobs');

select pg_temp.tell(2, '{"http_status": 500}');
select is(pg_temp.report('update', 2, ' two', 'delivered'), true, 'the second one''s report finds its text by the attempt, though the answer was lost');
select is((select status || ' ' || twilio_sid from sms_messages where message_content = 'update'), 'delivered update two', 'which is delivered under its own SID');
select is((select updated_sms from update_sms_status_atomic(id, 'call two', 'sent', 'sent')), true, 'the field''s call adopts it as well') from texts where what = 'call';

-- An attempt of the first life whose fate stayed open.
update sms_messages set status = 'failed' where message_content = 'doubt';
select is((select redrive_sms(id) from texts where what = 'doubt'), true, 'a text in doubt is declared failed, and redriven');
select is(pg_temp.claim_all(3), 1::bigint, 'it goes a third time');
select is(pg_temp.report('doubt', 2, ' two', 'delivered'), false, 'a late word about the second one is not about the third');
select is(pg_temp.report('doubt', 3, ' three', 'delivered'), true, 'its own is');

select * from finish();
rollback;
