-- F65: emitting twice doubled everything.
begin;
select plan(8);

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

-- Once done, the request is not judged again.
create temporary table done on commit drop as
select a_user() as target;
create temporary table targeted on commit drop as
select target, emit_notification_event('calendar.sync_failed', p_target_user_id => target, p_actor_user_id => target, p_idempotency_key => 'targeted') as id from done;
delete from users where id = (select target from done);
select is(
  emit_notification_event('calendar.sync_failed', p_target_user_id => target, p_actor_user_id => target, p_idempotency_key => 'targeted'), id,
  'a request that comes again after its user is gone'
) from targeted;
insert into notification_events (event_type, event_source, payload, metadata, expires_at, idempotency_key, request_digest)
values (
  'calendar.sync_failed', 'api_action', '{}', '{}', '2020-01-01 00:00+00', 'past',
  sha256(convert_to(
    jsonb_build_array('calendar.sync_failed', 'api_action', null, null, '{}'::jsonb, '{}'::jsonb, null, extract(epoch from timestamptz '2020-01-01 00:00+00'))::text, 'UTF8'
  ))
);
select is(
  emit_notification_event('calendar.sync_failed', p_expires_at => '2020-01-01 00:00+00', p_idempotency_key => 'past'),
  (select id from notification_events where idempotency_key = 'past'), 'and one that comes again after its expiry'
);

select * from finish();
rollback;
