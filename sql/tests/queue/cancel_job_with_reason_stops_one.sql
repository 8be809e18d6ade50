-- One job is cancelled with a reason, if it is not running, or if its running was said not to matter.
begin;
select plan(12);

insert into queue_jobs (id, user_id, job_type, scheduled_for, priority)
values
  ('00000000-0000-0000-0000-000000000001', a_user(), 'other', '2040-05-01 12:00:00+00', 1),
  ('00000000-0000-0000-0000-000000000002', a_user(), 'other', '2040-05-01 12:00:00+00', 2);
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', 1, p_now => '2040-05-01 12:00:00+00');

select is(cancel_job_with_reason('00000000-0000-0000-0000-000000000002', 'not needed'), true, 'a waiting job is cancelled');
select results_eq(
  'select status::text, error_message, completed_at is not null from queue_jobs where priority = 2',
  $$values ('cancelled', 'not needed', true)$$,
  'with the reason and the time'
);
select is(cancel_job_with_reason('00000000-0000-0000-0000-000000000002', 'again'), false, 'not twice');
select is((select error_message from queue_jobs where priority = 2), 'not needed', 'the first reason stays');
select is(cancel_job_with_reason('00000000-0000-0000-0000-000000000001', 'stop'), false, 'a running job is not');
select is(
  cancel_job_with_reason('00000000-0000-0000-0000-000000000001', 'stop', null), false, 'null does not allow it either'
);
select is(
  cancel_job_with_reason(p_job_id => '00000000-0000-0000-0000-000000000001', p_reason => 'stop', p_allow_processing => true),
  true,
  'unless that is allowed'
);
select throws_ok(
  'select complete_queue_job(id, null, processing_token) from claim', 'SMS02', null,
  'its worker has lost it'
);
select is(cancel_job_with_reason(gen_random_uuid(), 'nobody'), false, 'an unknown job gives false');

create temporary table message on commit drop as select a_queued_text() as id;
select is(
  (select cancel_job_with_reason(queue_job_id, 'the meeting is off') from sms_messages), true,
  'the job of a text is cancelled'
);
select is(
  (select status || ': ' || cancel_reason from sms_messages), 'cancelled: the meeting is off',
  'and its text with it'
);

insert into message select a_queued_text();
select from claim_sms('a sender', p_now => now() + interval '1 minute');
select is(
  (select cancel_job_with_reason(queue_job_id, 'too late', true) from sms_messages where status = 'sending'), false,
  'a text on its way cannot be called back'
);

select * from finish();
rollback;
