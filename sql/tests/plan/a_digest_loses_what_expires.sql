-- No event is told after its expiry, and none is lost because another one of its digest expires.
begin;
select plan(20);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
alter table users add column if not exists email text;
update users set email = 'reader@example.com';
update user_notification_preferences set sms_enabled = true, batch_enabled = true, batch_interval_minutes = 30;
create function pg_temp.emit(p_title text, p_life interval default null) returns uuid language sql as $$
  select emit_notification_event('calendar.sync_failed', p_payload => jsonb_build_object('title', p_title), p_expires_at => now() + p_life)
$$;

select pg_temp.emit('early', '10 minutes'), pg_temp.emit('one'), pg_temp.emit('late', '1 hour'), pg_temp.emit('two');
select from tick(now() + interval '30 minutes');
select set_eq(
  $$select channel || ' ' || (payload ->> 'body') from notification_deliveries$$,
  array['email 3 updates: one; late; two', 'in_app 3 updates: one; late; two', 'sms 3 updates: one; late; two'], 'what expired before its end is not told, in the order of the events'
);
select results_eq(
  'select channel, reason from notification_suppressions order by 1',
  $$select channel, case channel when 'push' then 'no_address: the user has no push subscription that works' else 'expired: it could go at ' || herald.utc_text(now() + interval '30 minutes') || ' only' end
    from unnest(array['email', 'in_app', 'push', 'sms']) as channel, generate_series(1, case channel when 'push' then 4 else 1 end)$$, 'and that is on record'
);
select is(
  (select array_agg(distinct outcome) from notification_events as event, reader, explain_notification(event.id, reader.id) where payload ->> 'title' = 'early'),
  '{suppressed}', 'it can be asked why'
);
-- Nobody has sent it when the next one expires.
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '61 minutes')), 0::bigint, 'a text that tells of what has expired does not go');
select is((select count(*) from claim_notifications('{email}', p_now => now() + interval '61 minutes')), 0::bigint, 'nor does the mail');
select is((tick(now() + interval '62 minutes') -> 'failed'), null, 'the next tick takes it out');
select set_eq(
  $$select channel || ' ' || (payload ->> 'body') from notification_deliveries$$,
  array['email 2 updates: one; two', 'in_app 3 updates: one; late; two', 'sms 2 updates: one; two'], 'of what has not gone'
);
select is((select count(*) from notification_suppressions where reason ~ '^expired: '), 5::bigint, 'which is on record');
select is((select array_agg(message_content) from claim_sms('a sender', p_now => now() + interval '63 minutes')), '{"2 updates: one; two"}', 'the rest goes by text');
select is((select array_agg(payload ->> 'body') from claim_notifications('{email}', p_now => now() + interval '63 minutes')), '{"2 updates: one; two"}', 'and by mail');

-- Quiet hours end after the first expiry.
update user_notification_preferences
set quiet_hours_enabled = true, quiet_hours_start = (now() at time zone 'UTC')::time, quiet_hours_end = (now() at time zone 'UTC' + interval '5 hours')::time;
delete from notification_suppressions;
delete from sms_messages;
delete from notification_deliveries;
select pg_temp.emit('short', '2 hours'), pg_temp.emit('long');
select from tick(now() + interval '31 minutes');
select set_eq(
  $$select channel || ' ' || coalesce(payload ->> 'body', payload ->> 'title') from notification_deliveries$$,
  array['email long', 'in_app 2 updates: short; long', 'sms long'], 'each channel tells what is worth telling when it goes'
);
select is((select count(*) from notification_suppressions where reason ~ '^expired: '), 2::bigint, 'the others have the reason');

-- Nothing is left.
update user_notification_preferences set quiet_hours_enabled = false;
delete from notification_suppressions;
delete from sms_messages;
delete from notification_deliveries;
select pg_temp.emit('brief', '10 minutes'), pg_temp.emit('briefer', '5 minutes');
select is((tick(now() + interval '40 minutes') ->> 'digests_flushed')::integer, 1, 'a digest of which all is too late is closed');
select is_empty('select from notification_deliveries', 'and told to nobody');
select is((select count(*) from notification_suppressions where reason ~ '^expired: '), 6::bigint, 'each with the reason');
select pg_temp.emit('brief', '32 minutes'), pg_temp.emit('briefer', '35 minutes');
select from tick(now() + interval '31 minutes');
select is((select message_content from sms_messages where status in ('pending', 'scheduled', 'queued')), '2 updates: brief; briefer', 'one that waits');
select from tick(now() + interval '36 minutes');
select is_empty($$select from notification_deliveries where status = 'pending' and channel = 'email'$$, 'ends when all of it is too late');
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '37 minutes')), 0::bigint, 'by text, too');
select is((select cancel_reason ~ '^not_expired: ' from sms_messages order by created_at desc, cancelled_at desc nulls last limit 1), true, 'and says why');
select is_empty($$select from notification_deliveries where status = 'pending'$$, 'nothing waits for ever');

select * from finish();
rollback;
