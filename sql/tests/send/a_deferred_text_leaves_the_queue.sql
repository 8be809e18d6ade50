-- A text that has to wait leaves the queue, with its expiry, its attempts and the reason, and comes back when its wait
-- is over.
begin;
select plan(16);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', daily_sms_limit = 1;
create temporary table queued on commit drop as
select queue_sms_message(id, '+12025550123', 'hello', p_scheduled_for => '2040-05-01 21:30+00', p_expires_at => '2040-05-02 21:00+00') as id from reader;

-- Two attempts that fail, and then it is night.
select from tick('2040-05-01 21:27+00');
select from claim_sms('a sender', p_now => '2040-05-01 21:30+00') cross join lateral fail_queue_job(job_id, 'away', true, processing_token, '5 minutes', '2040-05-01 21:30+00') as failed;
select from claim_sms('a sender', p_now => '2040-05-01 21:45+00') cross join lateral fail_queue_job(job_id, 'away', true, processing_token, '30 minutes', '2040-05-01 21:45+00') as failed;
select is((select attempt_count from sms_messages), 2, 'two attempts have been made');
update user_sms_preferences set quiet_hours_start = '22:00', quiet_hours_end = '08:00';
select is_empty($$select from claim_sms('a sender', p_now => '2040-05-01 22:30+00')$$, 'the third one is at night');
select results_eq(
  $$
    select status::text, scheduled_for, deferred_from, deferred_until, expires_at, attempt_count, next_retry_at, queue_job_id, counted_at, defer_reason
    from sms_messages
  $$,
  $$values (
    'scheduled', '2040-05-02 08:00+00'::timestamptz, '2040-05-01 21:30+00'::timestamptz, '2040-05-02 08:00+00'::timestamptz,
    '2040-05-02 21:00+00'::timestamptz, 2, null::timestamptz, null::uuid, null::timestamptz,
    'quiet_hours: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC'
  )$$,
  'so it waits until morning, with its expiry and its attempts'
);
select is((select count(*) from queue_jobs), 0::bigint, 'without a job');
select is((select daily_sms_count from user_sms_preferences), 0, 'and nothing is counted');
select is((tick('2040-05-02 07:54+00') ->> 'promoted')::integer, 0, 'it stays out of the queue');
select is((tick('2040-05-02 07:55+00') ->> 'promoted')::integer, 1, 'until its wait is nearly over');
select results_eq(
  'select scheduled_for, attempts, max_attempts from queue_jobs', $$values ('2040-05-02 08:00+00'::timestamptz, 2, 3)$$,
  'its job has its time and its attempts'
);
select is((select attempt from claim_sms('a sender', p_now => '2040-05-02 08:00+00')), 3, 'in the morning it has its third attempt');
select is((select daily_sms_count from user_sms_preferences), 1, 'and is counted, on the new day');

-- Deferred twice: its own time stays known, and its expiry is not prolonged.
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select id, '+12025550123', 'moved twice', 'scheduled', '2040-05-02 21:00+00' from reader;
select from tick('2040-05-02 21:00+00'), claim_sms('a sender', p_now => '2040-05-02 21:00+00');
select is((select scheduled_for from sms_messages where message_content = 'moved twice'), '2040-05-03 00:00+00', 'the day''s limit moves a text to midnight');
select from tick('2040-05-02 23:56+00');
select results_eq(
  $$select scheduled_for, deferred_from, expires_at, split_part(defer_reason, ':', 1) from sms_messages where message_content = 'moved twice'$$,
  $$values ('2040-05-03 08:00+00'::timestamptz, '2040-05-02 21:00+00'::timestamptz, '2040-05-03 21:00+00'::timestamptz, 'quiet_hours')$$,
  'and the night to the morning; its own time and its expiry stay'
);
select is((tick('2040-05-02 23:57+00') ->> 'promoted')::integer, 0, 'once');

-- Somebody gives it another time: then that is its own.
select from sms_messages cross join lateral reschedule_sms(id, '2040-05-03 10:00+00') as moved where message_content = 'moved twice';
select results_eq(
  $$select scheduled_for, deferred_from, deferred_until, defer_reason, expires_at from sms_messages where message_content = 'moved twice'$$,
  $$values ('2040-05-03 10:00+00'::timestamptz, null::timestamptz, null::timestamptz, null, '2040-05-04 10:00+00'::timestamptz)$$,
  'rescheduled, it is not deferred any more, and its default expiry goes along'
);

-- The kill switch and a paused sender defer nothing out of the queue.
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select id, '+12025550123', 'switched off', 'scheduled', '2040-05-04 12:00+00' from reader;
update herald.settings set kill_switch = true;
select from tick('2040-05-04 12:00+00'), claim_sms('a sender', p_now => '2040-05-04 12:00+00');
select is((select status::text from sms_messages where message_content = 'switched off'), 'queued', 'while all sending is off a text keeps its place');
update herald.settings set kill_switch = false;
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-04 12:01+00')), 1::bigint, 'and goes when it is on');

select * from finish();
rollback;
