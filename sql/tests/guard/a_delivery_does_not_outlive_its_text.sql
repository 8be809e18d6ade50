-- A delivery goes when its text goes, ends when its text is deleted, and gets a fresh one when it is driven again.
begin;
select plan(20);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set sms_enabled = true, in_app_enabled = false, email_enabled = false, push_enabled = false;
create function pg_temp.a_text() returns public.sms_messages language plpgsql as $$
declare
  v_id constant uuid := emit_notification_event('calendar.sync_failed', p_payload => '{"body": "hello"}');
begin
  return message from public.sms_messages as message where message.metadata ->> 'event_id' = v_id::text;
end $$;
create function pg_temp.delivery_of(p_text uuid) returns public.notification_deliveries language sql as $$
  select delivery from public.notification_deliveries as delivery, public.sms_messages as message
  where message.id = p_text and delivery.id::text = message.metadata ->> 'delivery_id'
$$;

create temporary table moved on commit drop as select (pg_temp.a_text()).id;
select ok(update_scheduled_sms_send_time(id, now() + interval '3 hours'), 'a text is moved') from moved;
select is((pg_temp.delivery_of(id)).scheduled_for, now() + interval '3 hours', 'its delivery moves along') from moved;
update user_sms_preferences
set quiet_hours_start = (now() at time zone 'UTC')::time, quiet_hours_end = (now() at time zone 'UTC' + interval '5 hours')::time, timezone = 'UTC';
select from tick(now() + interval '3 hours');
select is(
  (select array_agg((pg_temp.delivery_of(id)).scheduled_for = scheduled_for and scheduled_for > now() + interval '4 hours') from sms_messages), '{t}', 'also when a gate makes it wait'
);
update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;

create temporary table deleted on commit drop as select id as text_id, (pg_temp.delivery_of(id)).id as delivery_id from (select (pg_temp.a_text()).id) as made;
delete from sms_messages where id = (select text_id from deleted);
select results_eq(
  'select status, suppressed_reason from notification_deliveries inner join deleted on delivery_id = id', $$values ('failed', 'cancelled: its text was deleted')$$,
  'a delivery whose text is deleted ends'
);
select ok(redrive_notification(delivery_id), 'it can be driven again') from deleted;
select is((select message_content from sms_messages inner join deleted on delivery_id = notification_delivery_id), 'hello', 'by a fresh text');

create temporary table stopped on commit drop as select id as text_id, (pg_temp.delivery_of(id)).id as delivery_id from (select (pg_temp.a_text()).id) as made;
update notification_subscriptions set is_active = false;
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '1 second')), 0::bigint, 'a text that is not wanted');
select is((select status from notification_deliveries inner join stopped on delivery_id = id), 'failed', 'ends with its delivery');
update notification_subscriptions set is_active = true;
select ok(redrive_notification(delivery_id, now() + interval '1 minute'), 'which can be driven again') from stopped;
select is((select status from sms_messages inner join stopped on text_id = id), 'cancelled', 'what was cancelled stays cancelled');
select results_eq(
  'select status, suppressed_reason from notification_deliveries inner join stopped on delivery_id = id', $$values ('pending', null::text)$$, 'the delivery waits again'
);
select is(
  (select count(*) from claim_sms('a sender', p_now => now() + interval '2 minutes') as claimed inner join sms_messages on sms_messages.id = claimed.message_id
   inner join stopped on delivery_id = notification_delivery_id), 1::bigint, 'and goes by a fresh text'
);
select ok(not redrive_notification(delivery_id), 'once') from stopped;

-- Never after its expiry.
create temporary table late on commit drop as
select emit_notification_event('calendar.sync_failed', p_payload => '{"body": "late"}', p_expires_at => now() + interval '1 hour') as event_id;
select cancel_sms(id, 'by hand') from sms_messages where message_content = 'late';
select redrive_notification(id, now() + interval '2 hours') from notification_deliveries inner join late using (event_id);
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '2 hours') as claimed inner join sms_messages on id = message_id where sms_messages.message_content = 'late'$$,
  'what has expired does not go again'
);
select is((select status from notification_deliveries inner join late using (event_id)), 'failed', 'and ends');

-- A delivery that an application wrote gets its text from the application.
insert into notification_deliveries (recipient_user_id, channel, channel_identifier) select id, 'sms', '+12025550100' from reader;
select from tick(now() + interval '2 hours');
select is(
  (select count(*) from sms_messages inner join notification_deliveries as delivery on delivery.id = notification_delivery_id where event_id is null), 0::bigint,
  'a delivery without an event gets no text from us'
);
update notification_deliveries set status = 'failed' where event_id is null;
select ok(not redrive_notification(id), 'nor can it be driven again') from notification_deliveries where event_id is null;

-- With its user everything goes.
create temporary table last_one on commit drop as select (pg_temp.a_text()).id;
select lives_ok('delete from users where id = (select id from reader)', 'a user with waiting texts can be deleted');
select is_empty('select from notification_deliveries', 'with the deliveries');
select is_empty('select from sms_messages', 'and the texts');

select * from finish();
rollback;
