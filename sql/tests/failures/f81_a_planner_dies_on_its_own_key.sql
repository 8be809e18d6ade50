-- F81: a retried planner died on its own unique key and left reminders without a job. Planned again, the same is planned
-- already, and what is missing is made.
begin;
select plan(6);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create temporary table series on commit drop as select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => 'FREQ=DAILY') as id from reader;
create function pg_temp.made() returns text language sql as $$
  select string_agg(occurrence::date || ' ' || message.status || coalesce(' ' || job.status, ''), ', ' order by occurrence)
  from sms_messages as message left join queue_jobs as job on job.id = message.queue_job_id
  where occurrence is not null;
$$;

select from tick('2040-05-01 11:57+00');
select is(pg_temp.made(), '2040-05-01 queued pending', 'a reminder has its job');
-- The planner wrote the text, and died before it moved the series on.
set local session_replication_role = replica;
update sms_messages set recurrence_last = null, scheduled_for = '2040-05-01 12:00+00', expires_at = '2040-05-02 12:00+00' where id = (select id from series);
set local session_replication_role = origin;
select is(tick('2040-05-01 11:57+00') -> 'failed', null, 'planned again, nothing fails');
select is(pg_temp.made(), '2040-05-01 queued pending', 'and nothing is doubled');
-- Or it wrote a text that has no job yet.
select from herald.write_occurrences(array[(select id from series)], '{2040-05-02 12:00}', '{2040-05-02 12:00+00}', array[null::text], '2040-05-02 11:57+00');
select is(pg_temp.made(), '2040-05-01 queued pending, 2040-05-02 scheduled', 'a reminder without a job');
select is(tick('2040-05-02 11:57+00') -> 'failed', null, 'is found by the next tick');
select is(pg_temp.made(), '2040-05-01 queued pending, 2040-05-02 queued pending', 'which gives it one');

select * from finish();
rollback;
