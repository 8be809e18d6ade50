-- One event is written with everything that follows from it: a delivery for each channel and address, linked with the job
-- or text that carries it.
begin;
select plan(16);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key, is_active)
select id, 'https://push.example/' || device, 'key', 'secret', device <> 'lost' from reader, unnest(array['phone', 'laptop', 'lost']) as device;
update user_notification_preferences set sms_enabled = true, priority = 'urgent';
create temporary table event on commit drop as select emit_notification_event(
  'calendar.sync_failed', 'worker_job', null, null, '{"title": "T", "body": "B", "url": "https://app.example/c", "brief_id": 7}', '{"from": "test"}'
) as id;

select results_eq(
  'select event_type, event_source, payload, metadata from notification_events',
  $$values ('calendar.sync_failed', 'worker_job', '{"title": "T", "body": "B", "url": "https://app.example/c", "brief_id": 7}'::jsonb, '{"from": "test"}'::jsonb)$$,
  'the event is what it was said to be'
);
select results_eq(
  'select channel, channel_identifier, status from notification_deliveries order by 1, 2',
  format(
    'values (%L, %L, %L), (%L, null, %L), (%L, %L, %L), (%L, %L, %L), (%L, %L, %L)',
    'email', 'reader@example.com', 'pending', 'in_app', 'delivered', 'push', 'https://push.example/laptop', 'pending',
    'push', 'https://push.example/phone', 'pending', 'sms', (select phone_of(id) from reader), 'pending'
  ), 'a delivery for each channel and each device that works'
);
select is(
  (select payload from notification_deliveries where channel = 'in_app'),
  '{"title": "T", "body": "B", "url": "https://app.example/c", "brief_id": 7, "event_type": "calendar.sync_failed"}'::jsonb,
  'with the words, and all of the payload'
);
select is_empty('select from notification_suppressions', 'nothing is suppressed');
select is(
  (select count(*) from notification_deliveries where event_id = (select id from event) and subscription_id is not null), 5::bigint,
  'each belongs to event and subscription'
);
select results_eq(
  $$
  select job_type::text, priority, job.metadata ->> 'channel', job.metadata ->> 'event_type', job.metadata ->> 'event_id' = event.id::text,
    job.metadata ->> 'delivery_id' = delivery.id::text
  from event, queue_jobs as job inner join notification_deliveries as delivery on delivery.queue_job_id = job.id order by 3
  $$,
  $$
  values ('send_notification', 1, 'email', 'calendar.sync_failed', true, true), ('send_notification', 1, 'push', 'calendar.sync_failed', true, true),
    ('send_notification', 1, 'push', 'calendar.sync_failed', true, true)
  $$, 'mail and push have a job each, linked both ways, urgent as the user wants it'
);
select results_eq(
  $$
  select message.status::text, message.message_content, message.priority::text, delivery.channel, job.priority, message.metadata ->> 'event_id' = event.id::text
  from event, sms_messages as message
  inner join notification_deliveries as delivery on delivery.id = message.notification_delivery_id
  inner join queue_jobs as job on job.id = message.queue_job_id and job.metadata ->> 'message_id' = message.id::text
  $$,
  $$values ('queued', 'B', 'urgent', 'sms', 1, true)$$, 'the text has its own, and is linked with its delivery'
);
select is((select category from sms_messages), null, 'a type without a category makes a transactional text');

-- The type's template and category.
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader;
update user_notification_preferences set sms_enabled = true;
select from emit_notification_event('task.due_soon', p_payload => '{"task_name": "Ferns", "due_time": "noon"}');
select results_eq(
  $$select message_content, category, template_key::text from sms_messages inner join sms_templates on sms_templates.id = template_id$$,
  $$values ('BuildOS: Ferns is due noon. ', 'task_reminder', 'task_reminder')$$, 'a text has the template and the category of its type'
);
select is(herald.fold_template_uses(), 1, 'and the use is counted');

-- Nothing is half done.
savepoint before;
select from emit_notification_event('calendar.sync_failed');
rollback to before;
select is((select count(*) from notification_events), 2::bigint, 'what is rolled back leaves no event');
select is((select count(*) from notification_deliveries), 10::bigint, 'and no delivery');
select is((select count(*) from sms_messages), 2::bigint, 'and no text');

set local role herald_runner;
select isnt(public.emit_notification_event('calendar.sync_failed'), null, 'the runner''s role can emit');
reset role;
update notification_subscriptions set is_active = false;
select from emit_notification_event('calendar.sync_failed');
select is((select count(*) from notification_deliveries where event_id = (select id from notification_events where id not in (select event_id from notification_deliveries))), 0::bigint, 'a subscription that is off gives none');

update notification_subscriptions set is_active = true;
create or replace function herald.user_contacts(p_user_ids uuid[]) returns table (user_id uuid, email text, name text)
language sql stable security definer set search_path = ''
as $$select id, said, null from unnest(p_user_ids) as id, unnest(array['b@example.com', null, 'a@example.com', ' ', 'b@example.com ']) as said$$;
create temporary table last on commit drop as select emit_notification_event('calendar.sync_failed') as id;
select results_eq(
  'select channel, channel_identifier from notification_deliveries where event_id = (select id from last) and channel in ($$email$$, $$in_app$$) order by 1, 2',
  $$values ('email', 'a@example.com'), ('email', 'b@example.com'), ('in_app', null)$$, 'an application may name several addresses, and be untidy about it'
);

select * from finish();
rollback;
