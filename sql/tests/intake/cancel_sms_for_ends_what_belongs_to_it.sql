-- A project or a task that is over takes its texts with it, and its series with what is planned of them; nothing else.
begin;
select plan(16);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
create temporary table thing on commit drop as
select 'project' as what, id from (select gen_random_uuid() as id) as made union all select 'task', gen_random_uuid() union all select 'other project', gen_random_uuid();
create function pg_temp.thing(p_what text) returns uuid language sql as $$select id from thing where what = p_what$$;
insert into projects (id) select id from thing where what like '%project';
insert into tasks (id) select id from thing where what = 'task';
create function pg_temp.queued(p_words text, p_at timestamptz, p_project text, p_task text default null, p_rule text default null) returns uuid language sql as $$
  select queue_sms_message(
    id, '+12025550123', p_words, p_scheduled_for => p_at, p_project_id => pg_temp.thing(p_project), p_task_id => pg_temp.thing(p_task),
    p_recurrence_pattern => p_rule
  ) from reader;
$$;
create temporary table made on commit drop as
select words, pg_temp.queued(words, at, project, task, rule) as id
from (
  values
    ('scheduled', '2040-05-01 12:00+00'::timestamptz, 'project', null, null), ('queued', now(), 'project', null, null),
    ('sending', now(), 'project', null, null), ('sent', now(), 'project', null, null),
    ('series', '2040-05-01 12:00+00', 'project', null, 'FREQ=DAILY'), ('another''s', '2040-05-01 12:00+00', 'other project', null, null),
    ('task', '2040-05-01 12:00+00', null, 'task', null), ('both', '2040-05-01 12:00+00', 'project', 'task', null), ('neither', '2040-05-01 12:00+00', null, null, null)
) as given (words, at, project, task, rule);
select change_sms_occurrence((select id from made where words = 'series'), '2040-05-03 12:00+00', 'changed ahead');
update sms_messages set status = 'sending' where message_content in ('sending', 'sent');
update sms_messages set status = 'sent' where message_content = 'sent';

select throws_ok('select cancel_sms_for()', '22023', null, 'neither project nor task is an error');
select throws_ok('select cancel_sms_for(gen_random_uuid(), gen_random_uuid())', '22023', null, 'so are both');
select results_eq(
  $$select cancelled_count, message_ids from cancel_sms_for(gen_random_uuid())$$, $$values (0, '{}'::uuid[])$$, 'a project that nobody knows has no texts'
);
create temporary table cancelled on commit drop as select * from cancel_sms_for(pg_temp.thing('project'), p_reason => 'the project is over');
select is((select cancelled_count from cancelled), 5, 'five are cancelled');
select set_eq(
  'select message_content from sms_messages where id in (select unnest(message_ids) from cancelled)',
  $$values ('scheduled'), ('queued'), ('series'), ('changed ahead'), ('both')$$, 'those that have not left, the series and what is planned of it'
);
select is(
  (select array_agg(distinct cancel_reason) from sms_messages where status = 'cancelled' and cancelled_at is not null), '{the project is over}', 'with time and reason'
);
select set_eq(
  $$select message_content || ' is ' || status from sms_messages where status <> 'cancelled'$$,
  array['sending is sending', 'sent is sent', 'another''s is scheduled', 'task is scheduled', 'neither is scheduled'], 'the others are as they were'
);
select is(
  (select count(*) from queue_jobs as job inner join sms_messages as message on message.queue_job_id = job.id where message.message_content = 'queued' and job.status = 'cancelled'),
  1::bigint, 'a job ends with its text'
);
select is((select cancelled_count from cancel_sms_for(pg_temp.thing('project'))), 0, 'a second time there is nothing left');
select is((tick('2040-05-01 11:57+00') ->> 'recurred')::integer, 0, 'the series does not recur');
select is((select count(*) from sms_messages where message_content = 'task' and status = 'queued'), 1::bigint, 'meanwhile another text has its job');
select is((select cancelled_count from cancel_sms_for(p_task_id => pg_temp.thing('task'), p_reason => null)), 1, 'a task takes its texts, too');
select results_eq(
  $$select status::text, cancel_reason from sms_messages where message_content = 'task'$$, $$values ('cancelled', 'cancelled')$$, 'also without a reason'
);

-- Series and text by cancel_sms.
select pg_temp.queued('another series', '2040-06-01 12:00+00', null, null, 'FREQ=DAILY');
select from tick('2040-06-01 11:57+00');
select is(cancel_sms(id, 'enough'), true, 'a series is cancelled by cancel_sms') from sms_messages where message_content = 'another series' and recurrence_pattern is not null;
select results_eq(
  $$select status::text, cancel_reason from sms_messages where message_content = 'another series'$$,
  $$values ('cancelled', 'enough'), ('cancelled', 'enough')$$, 'with the one that is queued already'
);
select is((tick('2040-06-02 11:57+00') ->> 'recurred')::integer, 0, 'and does not recur');

select * from finish();
rollback;
