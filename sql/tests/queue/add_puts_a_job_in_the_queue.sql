-- A job is added with what the caller says, and bad words are refused.
begin;
select plan(17);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
create temporary table added on commit drop as
select add_queue_job(
  p_user_id => '00000000-0000-0000-0000-00000000000a', p_job_type => 'send_email', p_metadata => '{"a": 1}', p_priority => 5,
  p_scheduled_for => '2040-05-01 12:00:00+00', p_dedup_key => 'key', p_max_attempts => 7
) as id;

select results_eq(
  $$
    select
      user_id, job_type::text, metadata, priority, scheduled_for, dedup_key, max_attempts, status::text, attempts
    from queue_jobs
    inner join added using (id)
  $$,
  $$
    values (
      '00000000-0000-0000-0000-00000000000a'::uuid, 'send_email', '{"a": 1}'::jsonb, 5, '2040-05-01 12:00:00+00'::timestamptz,
      'key', 7, 'pending', 0
    )
  $$,
  'everything is kept as it was said'
);
create temporary table plain on commit drop as
select
  add_queue_job('00000000-0000-0000-0000-00000000000a', 'other', null) as id,
  add_queue_job('00000000-0000-0000-0000-00000000000a', 'other', '{}', 10, null) as now_id;
select results_eq(
  $$
    select priority, scheduled_for, metadata, dedup_key, max_attempts
    from queue_jobs
    inner join plain using (id)
  $$,
  $$values (10, now(), '{}'::jsonb, null::text, 3)$$,
  'what is not said is normal, now, empty, and three attempts'
);
select is(
  (select scheduled_for from queue_jobs where id = (select now_id from plain)), now(),
  'a null time means now'
);

create function pg_temp.refused(p_arguments text, p_code text, p_sentence text) returns setof text language sql
as $$select throws_ok('select add_queue_job(' || p_arguments || ')', p_code, null, p_sentence)$$;
create temporary table before on commit drop as select count(*) as jobs from queue_jobs;

select pg_temp.refused(arguments, code, sentence)
from (
  values
    ($$gen_random_uuid(), 'other', '{}'$$, '23503', 'an unknown user is refused'),
    ($$null, 'other', '{}'$$, '22004', 'a null user is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'fax', '{}'$$, '22023', 'an unknown type is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', null, '{}'$$, '22004', 'a null type is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '[]'$$, '22023', 'metadata that are a list are refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '"x"'$$, '22023', 'metadata that are a string are refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', 'null'$$, '22023', 'metadata that are a JSON null are refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '{}', -1$$, '22023', 'a negative priority is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '{}', 101$$, '22023', 'a priority over 100 is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '{}', null$$, '22023', 'a null priority is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '{}', p_max_attempts => 0$$, '22023', 'no attempt is refused'),
    ($$'00000000-0000-0000-0000-00000000000a', 'other', '{}', p_max_attempts => null$$, '22023', 'null attempts are refused')
) as bad (arguments, code, sentence);
select is((select count(*) from queue_jobs), (select jobs from before), 'none of these left a job behind');

-- A job that an application makes for a waiting text takes the text over.
insert into sms_messages (user_id, phone_number, message_content)
select user_id, phone_number, 'hello' from user_sms_preferences where user_id = a_user_with_phone();
select is(
  (
    select add_queue_job(user_id, 'send_sms', jsonb_build_object('message_id', id))
    from sms_messages
  ),
  (select queue_job_id from sms_messages where status = 'queued'),
  'a send_sms job takes over the text it names'
);

select * from finish();
rollback;
