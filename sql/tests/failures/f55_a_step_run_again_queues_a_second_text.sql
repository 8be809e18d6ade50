-- F55: a step that was run again queued a second text for one delivery.
begin;
select plan(4);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true;
select from emit_notification_event('calendar.sync_failed');
select lives_ok(
  $$select herald.write_notification_texts(array(select id from notification_deliveries where channel = 'sms'), now())$$,
  'the step may be run again'
);
select is((select count(*) from sms_messages), 1::bigint, 'a delivery has one text all the same');
select is((select count(*) from queue_jobs where job_type = 'send_sms'), 1::bigint, 'with one job');
select throws_ok(
  $$
  insert into sms_messages (user_id, phone_number, message_content, notification_delivery_id)
  select user_id, phone_number, 'again', notification_delivery_id from sms_messages
  $$, '23505', null, 'also if an application would write a second one'
);

select * from finish();
rollback;
