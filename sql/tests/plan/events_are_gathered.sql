-- Events of one user and type within the window become one message for each channel; the window begins with the first.
-- Urgent ones are told at once. A digest is flushed once, also after a long time without a tick.
begin;
select plan(27);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);
update user_notification_preferences set batch_enabled = true, batch_interval_minutes = 30, sms_enabled = true;

select from unnest(array['One', 'Two', 'Three']) as title, emit_notification_event('calendar.sync_failed', p_payload => jsonb_build_object('title', title, 'n', 1));
select is((select count(*) from notification_deliveries), 0::bigint, 'nothing is told at once');
select is((select count(*) from notification_suppressions), 0::bigint, 'and nothing is suppressed');
select results_eq(
  'select opened_at, due_at, flushed_at from herald.notification_digests', $$values (now(), now() + interval '30 minutes', null::timestamptz)$$,
  'the window begins with the first'
);
select is((select outcome from notification_events as event, reader, explain_notification(event.id, reader.id) limit 1), 'gathered', 'it can be asked what they wait for');
select is(tick(now() + interval '29 minutes') ->> 'digests_flushed', '0', 'before its end nothing happens');
select is(tick(now() + interval '3 days') ->> 'digests_flushed', '1', 'after its end it is flushed, however late');
select is(tick(now() + interval '3 days') ->> 'digests_flushed', '0', 'once');
select results_eq(
  'select channel from notification_deliveries order by 1', $$values ('email'), ('in_app'), ('sms')$$, 'there is one message for each channel'
);
select is(
  (select payload ->> 'title' from notification_deliveries where channel = 'email'), '3 updates: Your calendar could not be synchronised',
  'its title says how many'
);
select matches((select payload ->> 'body' from notification_deliveries where channel = 'email'), '^3 updates: One; Two; Three$', 'its body says which, in the order of the events');
select is((select jsonb_array_length(payload -> 'events') from notification_deliveries where channel = 'in_app'), 3, 'all of the payloads are in it');
select is((select payload ->> 'count' from notification_deliveries where channel = 'in_app'), '3', 'and their number');
select matches((select message_content from sms_messages), '^3 updates: ', 'the text is sensible');
select is(
  (select count(*) from notification_events as event, reader, explain_notification(event.id, reader.id) as told where told.channel = 'in_app' and told.evidence = 'told together with others'),
  3::bigint, 'each event can be followed to it'
);

-- One event alone is told as it is.
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Four", "body": "alone"}');
select from tick(now() + interval '31 minutes');
select is(
  (select payload ->> 'title' from notification_deliveries where channel = 'in_app' and payload ->> 'body' = 'alone'), 'Four', 'one event alone is told as it is'
);

-- Urgent.
update user_notification_preferences set priority = 'urgent';
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Five"}');
select is((select count(*) from notification_deliveries where payload ->> 'title' = 'Five'), 3::bigint, 'what is urgent is told at once');
update user_notification_preferences set priority = 'low';
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Six"}', p_scheduled_for => now() + interval '1 hour');
select is((select count(*) from notification_deliveries where payload ->> 'title' = 'Six'), 3::bigint, 'what has a time of its own is not gathered');

-- The user changes their mind before the end of the window.
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Seven"}');
update notification_subscriptions set is_active = false where event_type = 'calendar.sync_failed';
select from tick(now() + interval '31 minutes');
select is((select count(*) from notification_deliveries where payload ->> 'title' = 'Seven'), 0::bigint, 'who is not subscribed any more is not told');
select is(
  (select count(*) from notification_suppressions where reason like 'subscribed: %'), 4::bigint, 'and that is on record'
);
update notification_subscriptions set is_active = true;

-- A limit counts a digest once, when it is told.
update user_notification_preferences set max_per_hour = 1, batch_interval_minutes = 1;
select count(emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Eight"}')) from generate_series(1, 2);
select from tick(now() + interval '10 days');
select is((select count(*) from notification_deliveries where channel = 'in_app' and payload ->> 'count' = '2'), 1::bigint, 'a digest of two is one of an hour');
select count(emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Nine"}')) from generate_series(1, 2);
select from tick(now() + interval '10 days 1 minute');
select is((select count(*) from notification_deliveries where channel = 'in_app' and payload ->> 'count' = '2'), 1::bigint, 'the next one in the hour is one too many');
select is(
  (select count(*) from notification_suppressions where channel = 'in_app' and reason like 'max_per_hour: %'), 2::bigint, 'each of its events has the reason'
);
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Ten"}');
select is((select count(*) from herald.notification_digests where flushed_at is null), 1::bigint, 'an event after a flush opens the next digest');

-- Many words.
update user_notification_preferences set max_per_hour = null;
select count(emit_notification_event('calendar.sync_failed', p_payload => jsonb_build_object('title', repeat('x', 150)))) from generate_series(1, 50);
select from tick(now() + interval '20 days');
select cmp_ok((select max(char_length(message_content)) from sms_messages), '<=', 459, 'a digest fits into three segments');
select matches(
  (select message_content from sms_messages order by char_length(message_content) desc limit 1), '^51 updates: .*; and \d+ more$', 'and says how many did not fit'
);
select is_empty($$select from notification_deliveries where payload ->> 'count' = '51' and jsonb_array_length(payload -> 'events') <> 51$$, 'the payload has them all');
select is((select count(*) from sms_messages where status = 'cancelled' and message_content ~ 'updates'), 0::bigint, 'no digest was lost on the way');

select * from finish();
rollback;
