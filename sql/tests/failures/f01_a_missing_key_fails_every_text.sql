-- F01: the function that queued a text and the worker that read it disagreed on a metadata key, and every text failed
-- for nine months. The way from one to the other, with nothing passed by hand: what goes in comes out.
begin;
select plan(5);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create temporary table queued on commit drop as
select user_id, queue_sms_message(
  p_user_id => user_id, p_phone_number => '+12025550123', p_message => 'Your table is ready.', p_priority => 'high',
  p_metadata => '{"order": 7, "phone_number": "+12025550199", "message": "not this"}'
) as message_id
from user_sms_preferences;

create temporary table claim on commit drop as
select *
from claim_pending_jobs(p_job_types => '{send_sms}', p_batch_size => 5, p_now => now() + interval '1 second');

select results_eq(
  $$
    select metadata ->> 'message_id', metadata ->> 'phone_number', metadata ->> 'message', metadata ->> 'user_id',
      metadata ->> 'priority', metadata ->> 'order'
    from claim
  $$,
  $$
    select message_id::text, '+12025550123', 'Your table is ready.', user_id::text, 'high', '7'
    from queued
  $$,
  'a worker in any language finds message_id, phone_number, message, user_id and priority, and what the caller passed'
);
select is(
  (select (metadata ->> 'attempt_id')::uuid from claim), (select id from herald.sms_attempts),
  'and the id of its attempt'
);
select is(
  (
    select updated_sms
    from claim
    cross join lateral update_sms_status_atomic((metadata ->> 'message_id')::uuid, 'a sid', 'queued', 'sent')
  ),
  true, 'it reports what the provider answered'
);
select is((select complete_queue_job(id, null, processing_token) from claim), true, 'it completes the job');
select results_eq(
  $$
    select message.status::text, message.twilio_sid, job.status::text
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
  $$,
  $$values ('sent', 'a sid', 'completed')$$,
  'and the text has been sent'
);

select * from finish();
rollback;
