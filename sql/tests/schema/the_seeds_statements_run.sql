-- The statements of the source document as they stand there, with real ids: what a client of that schema wrote goes on
-- working, and a text that is planned twice has one job.
begin;
select plan(13);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
insert into user_sms_preferences (user_id, phone_number, phone_verified, timezone, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+1234567890', true, 'UTC', null, null, 1000);

-- 8.2, one-time scheduled
select lives_ok(
  $$
  INSERT INTO sms_messages (
    user_id,
    phone_number,
    message_content,
    status,
    scheduled_for
  ) VALUES (
    '00000000-0000-0000-0000-00000000000a',
    '+1234567890',
    'Your daily brief is ready!',
    'scheduled',
    '2025-10-09 08:00:00-07'
  );
  $$, 'a text can be scheduled by an insert'
);
create temporary table brief on commit drop as select id from sms_messages;
select is(expires_at, '2025-10-10 15:00:00+00', 'it expires like any other') from sms_messages;
select is(segment_count, 1, 'and its segments are counted') from sms_messages;
select tick('2025-10-09 14:54:59+00');
select is_empty('select 1 from queue_jobs', 'it has no job more than five minutes ahead');

-- 8.3, a job when its time is near
select lives_ok(
  format(
    $$
    INSERT INTO queue_jobs (
      user_id,
      job_type,
      status,
      scheduled_for,
      metadata
    ) VALUES (
      '00000000-0000-0000-0000-00000000000a',
      'send_sms',
      'pending',
      '2025-10-09 08:00:00-07',
      jsonb_build_object(
        'message_id', %L,
        'scheduled_send', true
      )
    );
    $$, id
  ), 'a job can be made for it by an insert'
) from brief;
select is(queue_job_id, (select id from queue_jobs), 'which takes the text over') from sms_messages;
select is(status, 'queued', 'so that it is queued') from sms_messages;
select tick('2025-10-09 14:56:00+00');
select tick('2025-10-09 15:00:00+00');
select is(count(*), 1::bigint, 'and no tick makes a second job') from queue_jobs;

-- 8.1 and 8.4: the lead is for the job, not for the text
select is_empty($$select from claim_sms('a sender', p_now => '2025-10-09 14:59:59+00')$$, 'it does not go a second early');
select results_eq(
  $$select message_id, message_content from claim_sms('a sender', p_now => '2025-10-09 15:00:00+00')$$,
  $$select id, 'Your daily brief is ready!' from brief$$, 'it goes at its time'
);

-- A job for somebody else's text takes nothing over, and neither does one for no text at all.
create temporary table other on commit drop as
select queue_sms_message('00000000-0000-0000-0000-00000000000a', '+1234567890', 'x', p_scheduled_for => now() + interval '1 day') as id;
insert into queue_jobs (user_id, job_type, metadata)
select tests.a_user(), 'send_sms', jsonb_build_object('message_id', reference)
from (select id::text from other union all values ('no id'), (null), (gen_random_uuid()::text)) as named (reference);
select is(status || ' ' || coalesce(queue_job_id::text, 'without job'), 'scheduled without job', 'nobody else''s job takes a text over')
from sms_messages where id = (select id from other);

-- 9.1, a status together with its timestamp
select lives_ok(
  format(
    $$
    UPDATE sms_messages
    SET status = 'sent',
        sent_at = NOW(),
        updated_at = NOW()
    WHERE id = %L;
    $$, id
  ), 'a status can be written with its timestamp'
) from brief;
select is(sent_at, now(), 'which is kept') from sms_messages where id = (select id from brief);

select * from finish();
rollback;
