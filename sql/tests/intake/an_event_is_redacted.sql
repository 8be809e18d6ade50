-- Redaction takes an event out of everything that has not gone: its own notifications end, a digest goes without it, an
-- open digest leaves it out. Its words are nowhere any more but in what readers have got.
begin;
select plan(35);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type)
select id, event_type from reader, unnest(array['calendar.sync_failed', 'brain_dump.processed']) as event_type;
alter table users add column if not exists email text;
update users set email = 'reader@example.com';
update user_notification_preferences set sms_enabled = true;
update user_notification_preferences set batch_enabled = true where event_type = 'calendar.sync_failed';
update herald.settings set link_base_url = 'https://go.example.com';
-- Where the secret still stands.
create function pg_temp.traces() returns setof text language sql as $$
  select 'delivery ' || channel from notification_deliveries where payload::text ~ 'secret'
  union all select 'text ' || status from sms_messages where message_content ~ 'secret'
  union all select 'link' from notification_tracking_links where destination_url ~ 'secret'
  union all select 'event' from notification_events where payload::text ~ 'secret' order by 1
$$;
create function pg_temp.emit(p_type text, p_words text, p_at timestamptz default null) returns uuid language sql as $$
  select emit_notification_event(
    p_type, p_payload => jsonb_build_object('title', p_words, 'body', p_words || ' https://example.com/' || p_words), p_scheduled_for => p_at
  )
$$;
select set_config('request.jwt.claims', json_build_object('sub', id)::text, true) from reader;

-- One alone.
create temporary table alone on commit drop as select pg_temp.emit('brain_dump.processed', 'secret') as id;
select set_eq('select * from pg_temp.traces()', array['delivery email', 'delivery in_app', 'delivery sms', 'text queued', 'link', 'event'], 'an event is told with its words');
select is(count_unread_notifications(), 1::bigint, 'it is on the badge');
select ok(redact_notification_event(id), 'it is redacted') from alone;
select is_empty('select * from pg_temp.traces()', 'its words are nowhere any more');
select results_eq(
  'select channel, status from notification_deliveries order by 1', $$values ('email', 'failed'), ('in_app', 'delivered'), ('sms', 'failed')$$,
  'what had not gone does not go'
);
select is((select array_agg(distinct status::text) from queue_jobs), '{cancelled}', 'nor is there a job for it');
select is((select message_content from sms_messages), '(redacted)', 'the text keeps none of it');
select is_empty('select from list_notifications()', 'nothing blank is listed');
select is(count_unread_notifications(), 0::bigint, 'nor counted');
select ok(not redrive_notification(id), format('the %s cannot be driven again', channel)) from notification_deliveries where channel <> 'in_app' order by channel;

-- One of an open digest.
create temporary table gathered on commit drop as
select pg_temp.emit('calendar.sync_failed', words) as id, words from unnest(array['secret', 'first', 'second']) as words;
select ok(redact_notification_event(id), 'one of three gathered ones is redacted') from gathered where words = 'secret';
select is((tick(now() + interval '16 minutes') ->> 'digests_flushed')::integer, 1, 'the digest is told');
select is(
  (select payload ->> 'count' from notification_deliveries where digest_id is not null and channel = 'in_app'), '2', 'without it'
);
select is_empty('select * from pg_temp.traces()', 'its words are not told');
select is(
  (select count(*) from notification_suppressions inner join gathered on gathered.id = event_id where words = 'secret' and reason ~ '^redacted: '), 3::bigint,
  'that is on record for each channel'
);

-- One of a digest on its way.
create temporary table on_its_way on commit drop as
select pg_temp.emit('calendar.sync_failed', words) as id, words from unnest(array['secret', 'third', 'fourth']) as words;
select from tick(now() + interval '32 minutes');
select is((select count(*) from pg_temp.traces()), 6::bigint, 'a digest is on its way with the words');
create temporary table told on commit drop as
select id from notification_deliveries where digest_id is not null and event_id = (select on_its_way.id from on_its_way where words = 'secret');
select is((select count(*) from told), 3::bigint, 'on three channels');
select ok(redact_notification_event(id), 'one of its events is redacted') from on_its_way where words = 'secret';
select is_empty('select * from pg_temp.traces()', 'its words are nowhere any more');
select results_eq(
  $$select channel, status, payload ->> 'title' from notification_deliveries inner join told using (id) order by 1$$,
  $$values ('email', 'pending', '2 updates: Your calendar could not be synchronised'), ('in_app', 'delivered', '2 updates: Your calendar could not be synchronised'),
    ('sms', 'pending', '2 updates: Your calendar could not be synchronised')$$, 'the others are told'
);
select matches(
  (select message_content from sms_messages inner join told on told.id = notification_delivery_id),
  '^2 updates: third https://go\.example\.com/l/\w+; fourth https://go\.example\.com/l/\w+$', 'the text tells of the others, with their links'
);
select is((select count(*) from notification_tracking_links inner join told on told.id = delivery_id), 2::bigint, 'which are all that there are');
select is((select count(*) from claim_sms('a sender', p_now => now() + interval '33 minutes')), 2::bigint, 'both digests go by text');
select is((select count(*) from claim_notifications('{email}', p_now => now() + interval '33 minutes')), 2::bigint, 'and by mail');

-- All of one.
create temporary table whole on commit drop as
select pg_temp.emit('calendar.sync_failed', words) as id, words from unnest(array['secret', 'secret too']) as words;
select from tick(now() + interval '48 minutes');
select ok(redact_notification_event(id), 'each event of a digest is redacted') from whole where words = 'secret';
select ok(redact_notification_event(id), 'one after the other') from whole where words = 'secret too';
select is_empty(
  $$select from notification_deliveries inner join whole on whole.id = event_id where channel <> 'in_app' and suppressed_reason !~ '^redacted: '$$, 'then the digest ends'
);
select is_empty('select * from pg_temp.traces()', 'and nothing is left');
delete from notification_events where redacted_at is not null;
select is((select count(*) from notification_deliveries where digest_id is not null), 6::bigint, 'digests outlive the redacted event');

-- Texts that were stopped, and one that was made in the place of one of them.
delete from sms_messages;
create temporary table stopped on commit drop as
select pg_temp.emit('brain_dump.processed', 'secret') as id union all select pg_temp.emit('calendar.sync_failed', words) from unnest(array['secret', 'fifth']) as words;
select from tick(now() + interval '64 minutes');
select is((select count(cancel_sms(id, 'by hand')) from sms_messages where status = 'queued'), 2::bigint, 'two texts are stopped');
select ok(bool_and(redrive_notification(delivery.id, now() + interval '65 minutes')), 'and their deliveries driven again')
from notification_deliveries as delivery inner join stopped on stopped.id = delivery.event_id where channel = 'sms';
select is((select count(redact_notification_event(event.id)) from notification_events as event inner join stopped using (id) where payload ->> 'title' = 'secret'), 2::bigint, 'then their events are redacted');
select is_empty('select * from pg_temp.traces()', 'and none of the texts has the words');
delete from notification_events where redacted_at is not null;

-- For later.
select redact_notification_event(pg_temp.emit('brain_dump.processed', 'secret', now() + interval '1 hour'));
select from tick(now() + interval '2 hours');
select is((select count(*) from list_notifications()), 3::bigint, 'one for later is never shown');

select * from finish();
rollback;
