-- What the caller says is kept, and what he leaves out has a sensible value.
begin;
select plan(20);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
insert into projects (id) values ('00000000-0000-0000-0000-00000000000b');
insert into tasks (id) values ('00000000-0000-0000-0000-00000000000c');
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, null, null, 1000);

-- Now.
create temporary table plain on commit drop as
select queue_sms_message(p_user_id => '00000000-0000-0000-0000-00000000000a', p_phone_number => '+12025550123', p_message => 'hello') as id;
select results_eq(
  $$
    select
      status::text, priority::text, scheduled_for, phone_number, message_content, metadata, attempt_count, max_attempts,
      segment_count, category, expires_at
    from sms_messages
    inner join plain using (id)
  $$,
  $$
    values (
      'queued', 'normal', null::timestamptz, '+12025550123', 'hello', '{}'::jsonb, 0, 3, 1, null,
      now() + interval '24 hours'
    )
  $$,
  'a text goes at once, with normal priority, three attempts, and for a day'
);
select results_eq(
  'select job_type::text, status::text, priority, scheduled_for, max_attempts, user_id from queue_jobs',
  $$values ('send_sms', 'pending', 10, now(), 3, '00000000-0000-0000-0000-00000000000a'::uuid)$$,
  'it has its job, due now'
);
select is(
  (select message.correlation_id from sms_messages as message inner join queue_jobs as job on job.correlation_id = message.correlation_id and job.id = message.queue_job_id),
  (select correlation_id from queue_jobs), 'under the same correlation id'
);

-- Later, with everything there is to say.
create temporary table rich on commit drop as
select queue_sms_message(
  p_user_id => '00000000-0000-0000-0000-00000000000a', p_phone_number => '+12025550123', p_message => 'später',
  p_priority => 'urgent', p_scheduled_for => '2040-05-01 12:00:00+00', p_metadata => '{"order": 7}', p_category => 'next_up',
  p_expires_at => '2040-05-01 12:10:00+00', p_idempotency_key => 'order 7', p_project_id => '00000000-0000-0000-0000-00000000000b',
  p_task_id => '00000000-0000-0000-0000-00000000000c', p_max_attempts => 5, p_correlation_id => '00000000-0000-0000-0000-0000000000c0'
) as id;
select results_eq(
  $$
    select
      status::text, priority::text, scheduled_for, message_content, metadata, category, expires_at, idempotency_key, project_id,
      task_id, max_attempts, correlation_id, queue_job_id
    from sms_messages
    inner join rich using (id)
  $$,
  $$
    values (
      'scheduled', 'urgent', '2040-05-01 12:00:00+00'::timestamptz, 'später', '{"order": 7}'::jsonb, 'next_up',
      '2040-05-01 12:10:00+00'::timestamptz, 'order 7', '00000000-0000-0000-0000-00000000000b'::uuid,
      '00000000-0000-0000-0000-00000000000c'::uuid, 5, '00000000-0000-0000-0000-0000000000c0'::uuid, null::uuid
    )
  $$,
  'everything that was said is kept, and a text for later has no job yet'
);

create function pg_temp.queued(p_arguments text) returns sms_messages language plpgsql as $$
declare
  v_id uuid;
  v_text sms_messages;
begin
  execute 'select queue_sms_message(''00000000-0000-0000-0000-00000000000a'', ' || p_arguments || ')' into v_id;
  select * into v_text from sms_messages where id = v_id;
  return v_text;
end;
$$;
select is((pg_temp.queued($$null, 'hello'$$)).phone_number, '+12025550123', 'no number means the user''s own');
select is((pg_temp.queued($$null, 'hello', p_metadata => null$$)).metadata, '{}', 'null metadata are empty');
select is((pg_temp.queued($$null, repeat('a', 1600)$$)).segment_count, 11, '1,600 characters are a text, of 11 segments');
select is(
  (pg_temp.queued($$null, 'soon', p_scheduled_for => now() + interval '4 minutes'$$)).status::text, 'queued',
  'a text within the lead has its job at once'
);
select is(
  (select scheduled_for from queue_jobs where id = (select queue_job_id from sms_messages where message_content = 'soon')),
  now() + interval '4 minutes', 'at its exact time'
);
select is(
  (pg_temp.queued($$null, 'past', p_scheduled_for => now() - interval '1 hour'$$)).status::text, 'queued',
  'a time that has passed means now, if it is not too late'
);

-- How long a kind of text is worth something.
select is(
  (pg_temp.queued(format($$null, 'x', p_scheduled_for => '2040-05-01 12:00:00+00', p_category => %L$$, category))).expires_at,
  '2040-05-01 12:00:00+00'::timestamptz + validity, category || ' is worth something for ' || validity
)
from (
  values
    ('task_reminder', interval '4 hours'), ('daily_brief', '6 hours'), ('urgent_alert', '4 hours'), ('morning_kickoff', '3 hours'),
    ('evening_recap', '3 hours'), ('next_up', '30 minutes'), ('event_reminder', '1 hour')
) as kind (category, validity);

-- From a template.
create temporary table templated on commit drop as
select message.*
from pg_temp.queued(
  $$null, null, p_template_key => 'urgent_task', p_template_vars => '{"task_name": "Tax", "due_date": "today"}'$$
) as message;
select is(
  (select message_content from templated), 'URGENT: Tax needs attention. Due: today. Reply STOP to opt out.',
  'a template gives the words'
);
select results_eq(
  'select template_key::text, t.template_vars from templated as t inner join sms_templates as template on template.id = template_id',
  $$values ('urgent_task', '{"task_name": "Tax", "due_date": "today"}'::jsonb)$$,
  'template and values are kept with the text'
);
select is(
  (select count(*) from herald.sms_template_uses), 1::bigint, 'and one use is noted'
);

select * from finish();
rollback;
