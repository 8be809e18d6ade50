-- The tick gives a text its job within the lead, once, at its exact time; after a time without ticks it catches up.
begin;
select plan(16);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create function pg_temp.written(p_what text, p_status sms_status, p_scheduled_for timestamptz, p_expires_at timestamptz default '2041-01-01 00:00:00+00')
returns void language sql as $$
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, expires_at, priority)
  select user_id, phone_number, p_what, p_status, p_scheduled_for, p_expires_at, 'high' from user_sms_preferences;
$$;
select from (
  values
    (pg_temp.written('at noon', 'scheduled', '2040-05-01 12:00:00+00')),
    (pg_temp.written('at noon, pending', 'pending', '2040-05-01 12:00:00+00')),
    (pg_temp.written('at once', 'pending', null)),
    (pg_temp.written('yesterday', 'scheduled', '2040-04-30 12:00:00+00')),
    (pg_temp.written('tomorrow', 'scheduled', '2040-05-02 12:00:00+00')),
    (pg_temp.written('expired', 'scheduled', '2040-05-01 11:00:00+00', '2040-05-01 11:30:00+00')),
    (pg_temp.written('will be too late', 'scheduled', '2040-05-01 12:00:00+00', '2040-05-01 12:00:01+00'))
) as written;

select is((tick('2040-05-01 11:56:00+00') ->> 'promoted')::integer, 6, 'what is due within five minutes is planned');
select set_eq(
  $$
    select message_content || ': ' || job.scheduled_for::timestamp || ' ' || job.priority
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    where message.status = 'queued'
  $$,
  array[
    'at noon: 2040-05-01 12:00:00 5', 'at noon, pending: 2040-05-01 12:00:00 5', 'at once: 2040-05-01 11:56:00 5',
    'yesterday: 2040-04-30 12:00:00 5', 'will be too late: 2040-05-01 12:00:00 5'
  ],
  'each job has its text''s exact time and priority; what was missed is caught up, what has no time is due at once'
);
select results_eq(
  $$select status::text, cancelled_at, queue_job_id from sms_messages where message_content = 'expired'$$,
  $$values ('cancelled', '2040-05-01 11:56:00+00'::timestamptz, null::uuid)$$,
  'what has expired meanwhile is cancelled'
);
select matches(
  (select cancel_reason from sms_messages where message_content = 'expired'), '^not_expired: it expired at 2040-05-01 11:30:00 UTC',
  'with its reason'
);
select is((select status::text from sms_messages where message_content = 'tomorrow'), 'scheduled', 'what is not due waits');
select is((tick('2040-05-01 11:56:00+00') ->> 'promoted')::integer, 0, 'a second tick plans nothing again');
select is((select count(*) from queue_jobs), 5::bigint, 'each text has one job');
select is(herald.promote_messages(array(select id from sms_messages), '2040-05-01 11:56:00+00'), 0, 'whoever asks for it');
select is((select array_agg(distinct metadata - 'message_id') from queue_jobs), '{"{\"priority\": \"high\"}"}', 'a job knows the text''s id and priority');

select is(
  (select array_agg(message_content order by message_content) from claim_sms('a sender', p_now => '2040-05-01 11:59:59.999999+00')),
  '{"at once", yesterday}', 'nothing goes before its time'
);
select is(
  (select array_agg(message_content order by message_content) from claim_sms('a sender', p_now => '2040-05-01 12:00:01+00')),
  '{"at noon", "at noon, pending"}', 'and then what has not expired'
);
select is((select status::text from sms_messages where message_content = 'will be too late'), 'cancelled', 'a text that was too late at its claim is cancelled');

-- A gate that is closed already at planning.
update user_sms_preferences set opted_out = true;
select is((tick('2040-05-02 11:56:00+00') ->> 'promoted')::integer, 1, 'a day later');
select matches((select cancel_reason from sms_messages where message_content = 'tomorrow'), '^not_opted_out: ', 'an opt-out cancels what was scheduled');

-- A backlog is done in bounded portions.
update user_sms_preferences set opted_out = false;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select user_id, phone_number, 'backlog', 'scheduled', '2040-05-03 12:00:00+00'
from user_sms_preferences
cross join generate_series(1, 5003);
select is((tick('2040-05-03 12:00:00+00') ->> 'promoted')::integer, 5000, 'a tick takes no more than 5,000 texts');
select is((tick('2040-05-03 12:00:00+00') ->> 'promoted')::integer, 3, 'the next one takes the rest');

select * from finish();
rollback;
