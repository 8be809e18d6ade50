-- What a status, a type, a channel may be, and nothing else: null least of all.
begin;
select plan(54);

select enum_has_labels('public', 'queue_type', array[
  'generate_daily_brief', 'generate_phases', 'sync_calendar', 'process_brain_dump', 'send_email', 'update_recurring_tasks',
  'cleanup_old_data', 'onboarding_analysis', 'send_sms', 'generate_brief_email', 'send_notification', 'other'
], 'twelve types of jobs');
select enum_has_labels('public', 'queue_status', array['pending', 'processing', 'completed', 'failed', 'cancelled', 'retrying'], 'six statuses of jobs');
select enum_has_labels('public', 'sms_status', array[
  'pending', 'queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered', 'scheduled', 'cancelled'
], 'nine statuses of texts');
select enum_has_labels('public', 'sms_priority', array['low', 'normal', 'high', 'urgent'], 'four priorities of texts');

select lives_ok(format('insert into notification_events (event_type, event_source) values (%L, %L)', kind, 'api_action'), kind || ' is an event')
from unnest(array[
  'user.signup', 'user.trial_expired', 'payment.failed', 'error.critical', 'brief.completed', 'brief.failed',
  'brain_dump.processed', 'task.due_soon', 'project.phase_scheduled', 'calendar.sync_failed'
]) as kind;
select throws_ok(format('insert into notification_events (event_type, event_source) values (%L, %L)', kind, 'api_action'), '23514', null, quote_literal(kind) || ' is none')
from unnest(array['Foo.bar', 'a', '.x', 'user.', 'user signup', 'user.sign-up', '']) as kind;
select throws_ok($$insert into notification_events (event_type, event_source) values (null, 'api_action')$$, '23502', null, 'nor is null');

select lives_ok(format('insert into notification_events (event_type, event_source) values (%L, %L)', 'user.signup', source), source || ' is a source')
from unnest(array['database_trigger', 'worker_job', 'api_action', 'cron_scheduler']) as source;
select throws_ok($$insert into notification_events (event_type, event_source) values ('user.signup', 'nobody')$$, '23514', null, 'there is no other source');
select throws_ok($$insert into notification_events (event_type, event_source) values ('user.signup', null)$$, '23502', null, 'and null is none');

select lives_ok(format('insert into notification_deliveries (recipient_user_id, channel) values (tests.a_user(), %L)', channel), channel || ' is a channel')
from unnest(array['push', 'email', 'sms', 'in_app']) as channel;
select throws_ok($$insert into notification_deliveries (recipient_user_id, channel) values (tests.a_user(), 'fax')$$, '23514', null, 'fax is none');
select throws_ok($$insert into notification_deliveries (recipient_user_id, channel) values (tests.a_user(), null)$$, '23502', null, 'and null is none');
select throws_ok(format('update notification_deliveries set status = null where id = %L', tests.a_delivery()), 'SMS01', null, 'a delivery has a status');

select throws_ok(
  format('insert into user_notification_preferences (user_id, event_type, priority) values (tests.a_user(), %L, %L)', 'user.signup', priority), code, null,
  coalesce(priority, 'null') || ' is no priority of a notification'
) from (values ('high', '23514'), (null, '23502')) as wrong (priority, code);

select throws_ok(format('insert into sms_templates (template_key, name, message_template) values (%L, %L, %L)', key, 'x', body), '23514', null, why)
from (values
  ('Upper', 'x', 'a template''s key is snake case'), ('with space', 'x', 'without blanks'), ('', 'x', 'and not empty'),
  ('blank', ' ', 'its words are not blank'), ('newline', E'\n\t', 'nor white space of any other kind')
) as wrong (key, body, why);
select results_eq(
  $$select template_key::text from sms_templates order by 1$$, array['daily_brief_ready', 'task_reminder', 'urgent_task'],
  'three templates come along'
);
select throws_ok(
  format('insert into queue_jobs (user_id, job_type, %I) values (tests.a_user(), %L, null)', name, 'other'), '23502', null, format('a job has its %s', name)
) from unnest(array['status', 'priority', 'attempts', 'max_attempts', 'scheduled_for', 'queue_job_id']) as name;
select throws_ok('insert into queue_jobs (user_id, job_type) values (tests.a_user(), null)', '23502', null, 'and its type');
select throws_ok($$insert into queue_jobs (user_id, job_type) values (tests.a_user(), 'send_fax')$$, '22P02', null, 'which is one of the twelve');
select throws_ok($$insert into queue_jobs (user_id, job_type, priority) values (tests.a_user(), 'other', -1)$$, '23514', null, 'a priority is not below 0');
select throws_ok($$insert into queue_jobs (user_id, job_type, priority) values (tests.a_user(), 'other', 101)$$, '23514', null, 'nor above 100');
select throws_ok($$insert into notification_tracking_links (short_code, delivery_id, destination_url) values ('abc', tests.a_delivery(), 'javascript:alert(1)')$$, '23514', null, 'a link leads to http or https');

select * from finish();
rollback;
