-- F57: blank messages went out. Whatever a payload lacks, there are words; at the least, what the event is called.
begin;
select plan(19);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader;
update user_notification_preferences set sms_enabled = true;

create function pg_temp.said(p_event_type text, p_payload jsonb) returns table (title text, sms text) language plpgsql as $$
declare
  v_id constant uuid := emit_notification_event(p_event_type, p_payload => p_payload);
begin
  return query
  select
    (select payload ->> 'title' from notification_deliveries where event_id = v_id and channel = 'in_app'),
    (
      select message_content from sms_messages
      inner join notification_deliveries on notification_deliveries.id = notification_delivery_id
      where event_id = v_id
    );
end $$;

select results_eq(
  format('select title, sms from pg_temp.said(%L, %L)', kind, payload), format('values (%L::text, %L::text)', title, sms), sentence
)
from (
  values
    ('calendar.sync_failed', '{}', 'Your calendar could not be synchronised', 'Your calendar could not be synchronised', 'nothing at all'),
    ('calendar.sync_failed', '{"title": "", "body": " "}', 'Your calendar could not be synchronised', 'Your calendar could not be synchronised', 'blanks'),
    ('calendar.sync_failed', E'{"title": null, "body": "\\n\\t"}', 'Your calendar could not be synchronised', 'Your calendar could not be synchronised', 'white space of any kind'),
    ('calendar.sync_failed', '{"title": "Hello"}', 'Hello', 'Hello', 'a title alone'),
    ('calendar.sync_failed', '{"body": "Hello"}', 'Your calendar could not be synchronised', 'Hello', 'a body alone'),
    ('calendar.sync_failed', '{"message": "Hello", "body": "Longer"}', 'Your calendar could not be synchronised', 'Hello', 'a message before a body'),
    ('calendar.sync_failed', '{"sms": "Hi", "message": "Hello"}', 'Your calendar could not be synchronised', 'Hi', 'words for a text first'),
    ('task.due_soon', '{"task_name": "Ferns", "due_time": "noon", "task_context": "Green ones."}', 'A task is due soon', 'BuildOS: Ferns is due noon. Green ones.', 'the type''s template'),
    ('task.due_soon', '{"task_name": "Ferns", "body": "Water"}', 'A task is due soon', 'Water', 'a template that lacks a value gives way to the payload'),
    ('task.due_soon', '{"task_name": " "}', 'A task is due soon', 'A task is due soon', 'and to the title')
) as given (kind, payload, title, sms, sentence);
select is(
  (select sms from pg_temp.said('calendar.sync_failed', jsonb_build_object('title', 'Short', 'body', repeat('long ', 400)))), 'Short',
  'words that no text can hold give way to the title'
);
insert into herald.event_types (event_type) values ('order.was_shipped');
insert into notification_subscriptions (user_id, event_type) select id, 'order.was_shipped' from reader;
select is((select title from pg_temp.said('order.was_shipped', '{}')), 'Was Shipped', 'a type without a title has its name');

-- Blank words of the payload are none, and its other words stay.
select emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Blanks", "body": " ", "url": "\t", "n": 1, "extra": null}');
select is(
  (select payload from notification_deliveries where channel = 'in_app' and payload ->> 'title' = 'Blanks'),
  '{"title": "Blanks", "event_type": "calendar.sync_failed", "n": 1, "extra": null}', 'a blank body and a blank address are none'
);

-- A template is used, and counted, where the words are its own.
delete from sms_messages;
delete from herald.sms_template_uses;
select pg_temp.said('task.due_soon', '{"task_name": "Ferns", "body": "Water"}');
select results_eq(
  'select message_content, template_id from sms_messages', $$values ('Water', null::uuid)$$, 'a text of the payload''s words names no template'
);
select is_empty('select from herald.sms_template_uses', 'and is no use of one');
select pg_temp.said('task.due_soon', '{"task_name": "Ferns", "due_time": "noon"}');
select is(
  (select template_key from sms_messages inner join sms_templates on sms_templates.id = template_id), 'task_reminder', 'a text of the template''s names it'
);
select is((select count(*) from herald.sms_template_uses), 1::bigint, 'and is one use');
update user_notification_preferences set batch_enabled = true where event_type = 'task.due_soon';
delete from sms_messages;
select emit_notification_event('task.due_soon', p_payload => '{"task_name": "Ferns", "due_time": "noon"}');
select from tick(now() + interval '20 minutes');
select is((select count(template_id) from sms_messages), 1::bigint, 'also where a digest has one event');
delete from sms_messages;
select emit_notification_event('task.due_soon', p_payload => '{"task_name": "Ferns", "due_time": "noon"}') from generate_series(1, 2);
select from tick(now() + interval '20 minutes');
select is((select count(template_id) from sms_messages), 0::bigint, 'a digest of several has words of its own');

select * from finish();
rollback;
