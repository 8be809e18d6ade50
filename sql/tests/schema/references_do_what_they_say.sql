-- What becomes of a row when the one it refers to goes, shown by letting it go; and the names that clients embed by.
begin;
select plan(37);

create temporary table it on commit drop as select
  tests.a_user_with_phone('+12025550150') as user_id, tests.a_user() as author, gen_random_uuid() as project, gen_random_uuid() as task,
  gen_random_uuid() as template, null::uuid as event, null::uuid as subscription, null::uuid as delivery, null::uuid as text, null::uuid as job, null::uuid as child;
insert into projects (id) select project from it;
insert into tasks (id) select task from it;
insert into sms_templates (id, template_key, name, message_template, created_by) select template, 'temp', 'Temp', 'x', author from it;
with made as (insert into notification_events (event_type, event_source, actor_user_id, target_user_id) select 'user.signup', 'api_action', author, author from it returning id)
update it set event = made.id from made;
with made as (insert into notification_subscriptions (user_id, event_type, created_by) select user_id, 'user.signup', author from it returning id)
update it set subscription = made.id from made;
with made as (insert into notification_deliveries (event_id, subscription_id, recipient_user_id, channel) select event, subscription, user_id, 'sms' from it returning id)
update it set delivery = made.id from made;
with made as (
  insert into sms_messages (user_id, phone_number, message_content, template_id, notification_delivery_id, project_id, task_id)
  select user_id, '+12025550150', 'x', template, delivery, project, task from it returning id
) update it set text = made.id from made;
update it set job = (select public.add_queue_job(user_id, 'send_sms', jsonb_build_object('message_id', text)) from it);
with made as (
  insert into sms_messages (user_id, phone_number, message_content, parent_message_id) select author, '+12025550151', 'x', text from it returning id
) update it set child = made.id from made;
insert into notification_tracking_links (short_code, delivery_id, destination_url) select 'd1', delivery, 'https://example.com' from it;
insert into notification_tracking_links (short_code, message_id, destination_url) select 'm1', text, 'https://example.com' from it;
-- Its subscription has given the user preferences for the event.
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select user_id, 'https://push.example/2', 'k', 'a' from it;
create function pg_temp.mine() returns sms_messages language sql as $$ select m from sms_messages as m where id = (select text from it) $$;

select is((pg_temp.mine()).queue_job_id, (select job from it), 'a job for a waiting text takes it over');
delete from projects where id = (select project from it);
select is((pg_temp.mine()).project_id, null, 'a text outlives its project');
delete from tasks where id = (select task from it);
select is((pg_temp.mine()).task_id, null, 'and its task');
delete from sms_templates where id = (select template from it);
select is((pg_temp.mine()).template_id, null, 'and its template');
delete from queue_jobs where id = (select job from it);
select is((pg_temp.mine()).queue_job_id, null, 'and its job');
delete from notification_subscriptions where id = (select subscription from it);
select is(subscription_id, null, 'a delivery outlives its subscription') from notification_deliveries where id = (select delivery from it);
insert into notification_subscriptions (user_id, event_type, created_by) select user_id, 'user.signup', author from it;
delete from users where id = (select author from it);
select is(actor_user_id, null, 'an event outlives its actor') from notification_events where id = (select event from it);
select is(target_user_id, null, 'and its target') from notification_events where id = (select event from it);
select is(created_by, null, 'a subscription outlives its author') from notification_subscriptions where user_id = (select user_id from it) and event_type = 'user.signup';
select is_empty('select 1 from sms_messages where id = (select child from it)', 'a user''s texts go with the user');
select redact_notification_event(event) from it;
delete from notification_events where id = (select event from it);
select is_empty('select 1 from notification_deliveries where id = (select delivery from it)', 'deliveries go with their event');
select is_empty($$select 1 from notification_tracking_links where short_code = 'd1'$$, 'links go with their delivery');
select is((pg_temp.mine()).notification_delivery_id, null, 'a text outlives its delivery');
select isnt_empty($$select 1 from notification_tracking_links where short_code = 'm1'$$, 'and keeps its own links');
delete from users where id = (select user_id from it);
select is_empty(format('select 1 from %I where user_id = (select user_id from it)', name), name || ' of a user go with the user')
from unnest(array[
  'sms_messages', 'user_sms_preferences', 'user_notification_preferences', 'push_subscriptions', 'notification_subscriptions', 'queue_jobs'
]) as name;

select is_empty($$select 1 from notification_tracking_links where short_code = 'm1'$$, 'and a text''s links with the text');

create temporary table series on commit drop as select tests.a_text() as parent, tests.a_text() as occurrence, tests.a_delivery() as delivery;
update sms_messages set parent_message_id = (select parent from series), category = 'daily_brief' where id = (select occurrence from series);
select throws_ok($$delete from herald.sms_categories where category = 'daily_brief'$$, '23503', null, 'a category stays while it has texts');
delete from sms_messages where id = (select parent from series);
select results_eq('select parent_message_id from sms_messages where id = (select occurrence from series)', 'select null::uuid', 'an occurrence outlives what it is one of');
delete from users where id = (select recipient_user_id from notification_deliveries where id = (select delivery from series));
select is_empty('select 1 from notification_deliveries where id = (select delivery from series)', 'deliveries go with their recipient');
select throws_ok(attempt, '23503', null, why)
from (values
  ('insert into queue_jobs (user_id, job_type) values (gen_random_uuid(), $$other$$)', 'nobody has no jobs'),
  ('insert into sms_messages (user_id, phone_number, message_content) values (gen_random_uuid(), $$+12025550100$$, $$x$$)', 'and no texts'),
  ('insert into notification_deliveries (recipient_user_id, channel) values (gen_random_uuid(), $$sms$$)', 'and no deliveries')
) as wrong (attempt, why);

select is_empty(
  $$
  select conname from pg_constraint as c
  inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
  where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conrelid::regclass::text not in ('users', 'projects', 'tasks')
    and conname <> format('%s_%s_fkey', c.conrelid::regclass::text, a.attname)
  $$, 'every foreign key has the name that PostgreSQL would give it'
);
select is_empty(
  $$
  select c.conrelid::regclass, c.conname
  from pg_constraint as c
  where c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'herald'::regnamespace)
    and not exists (
      select from pg_index as i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
    )
    and c.confrelid::regclass::text <> 'herald.sms_categories'
  $$, 'every foreign key has an index under it, so that deleting what it refers to is cheap'
);
select col_is_unique('public', name, columns, format('%s can be upserted by %s', name, columns))
from (values
  ('user_sms_preferences'::name, array['user_id'::name]), ('notification_subscriptions', array['user_id', 'event_type']::name[]),
  ('user_notification_preferences', array['user_id', 'event_type']::name[]), ('push_subscriptions', array['endpoint'::name])
) as upsert (name, columns);
select ok(
  (select count(*) = 1 from pg_indexes where indexname = 'notification_deliveries_once_idx' and indexdef ~ 'UNIQUE.*NULLS NOT DISTINCT'),
  'one event makes one delivery for a recipient, channel and address'
);
select has_index('public', 'sms_messages', 'sms_messages_user_id_status_idx', array['user_id', 'status']::name[], 'texts are found by user and status');
select has_index('public', 'queue_jobs', 'queue_jobs_queue_job_id_key', array['queue_job_id']::name[], 'jobs are found by their name');
select has_index('public', 'sms_messages', 'sms_messages_twilio_sid_idx', array['twilio_sid']::name[], 'texts are found by SID');

select * from finish();
rollback;
