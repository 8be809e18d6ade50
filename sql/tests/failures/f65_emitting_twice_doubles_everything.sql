-- F65: emitting twice doubled everything.
begin;
select plan(6);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true;
create temporary table emitted on commit drop as
select emit_notification_event('calendar.sync_failed', p_payload => '{"body": "x"}', p_idempotency_key => 'k') as id;
select is(
  emit_notification_event('calendar.sync_failed', p_payload => '{"body": "x"}', p_idempotency_key => 'k'),
  (select id from emitted), 'the same event under the same key is the first one'
);
select is((select count(*) from notification_events), 1::bigint, 'one event');
select is((select count(*) from notification_deliveries), 2::bigint, 'one delivery for each channel');
select is((select count(*) from sms_messages), 1::bigint, 'one text');
select throws_ok(
  $$select emit_notification_event('calendar.sync_failed', p_payload => '{"body": "y"}', p_idempotency_key => 'k')$$,
  'SMS03', null, 'another event under the key is a mistake'
);
select isnt(
  emit_notification_event('calendar.sync_failed', p_payload => '{"body": "x"}'), (select id from emitted),
  'without a key each call is an event'
);

select * from finish();
rollback;
