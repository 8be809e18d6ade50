-- A text or a notification that has been erased says so where somebody asks, is not listed as if it were blank, and cannot be
-- sent again. A report that comes late is still recorded.
begin;
select plan(24);

create temporary table message on commit drop as
select what, a_text(what::sms_status) as id from unnest('{sent, delivered, failed, undelivered, cancelled}'::text[]) as what;
update sms_messages set twilio_sid = 'SM' || message.id, sent_at = '2030-01-01', look_at = null from message where message.id = sms_messages.id and what = 'sent';
update sms_messages set cancel_reason = 'limits: 10 of 10 today' from message where message.id = sms_messages.id and what = 'cancelled';
select from herald.erase_texts(array(select id from message), true, true, '2030-05-01 12:00+00');
select is((select count(*) from sms_messages where words_erased_at = '2030-05-01 12:00+00'), 5::bigint, 'five texts are erased');

select throws_ok(format('select redrive_sms(%L)', id), 'SMS01', null, format('a text that is %s cannot be redriven', what))
from message where what in ('failed', 'undelivered');
select is(redrive_sms(id), false, format('nor one that is %s', what)) from message where what in ('delivered', 'cancelled');
select throws_ok(format('update sms_messages set status = %L where id = %L', 'queued', id), 'SMS01', null, 'nor by a plain update') from message where what = 'failed';
select throws_ok(
  format('insert into sms_messages (user_id, phone_number, message_content, number_erased_at) values (%L, %L, %L, now())', a_user(), 'x', 'y'), 'SMS01', null,
  'no text begins so'
);
select is(
  (select evidence from explain_sms(id)),
  'cancelled at ' || herald.utc_text(cancelled_at) || ': limits: (erased), its words were erased at 2030-05-01 12:00:00 UTC, its number was erased at 2030-05-01 12:00:00 UTC',
  'an explanation says so'
)
from (select sms_messages.* from message inner join sms_messages using (id) where what = 'cancelled') as text;
select is((select count(*) from explain_sms(id)), 1::bigint, 'and asks no gate about a number that is not there') from message where what = 'failed';

select is(record_twilio_status(null, 'SM' || id, 'undelivered', 21610), true, 'a late report moves a text on') from message where what = 'sent';
select is((select status::text from message inner join sms_messages using (id) where what = 'sent'), 'undelivered', 'it is recorded');
select is_empty($$select from herald.suppressed_numbers$$, 'and suppresses nobody');
select is_empty($$select from herald.failing_numbers$$, 'nor counts against anybody');

select from message cross join lateral update_sms_status_atomic(id, 'SM' || id, 'undelivered', 'undelivered', 30003, 'to +12025550123') where what = 'sent';
select is((select twilio_error_message from message inner join sms_messages using (id) where what = 'sent'), null, 'and one that brings a number again leaves none');

-- Notifications.
create temporary table who on commit drop as select a_user() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from who;
select from emit_notification_event('calendar.sync_failed', p_target_user_id => (select id from who), p_payload => '{"title": "Out of date"}');
select set_config('request.jwt.claims', json_build_object('sub', id)::text, true) from who;
create temporary table delivery on commit drop as select id, event_id from notification_deliveries where channel = 'in_app';
select is((select count(*) from list_notifications()), 1::bigint, 'a notification is listed');
select is(herald.erase_deliveries(array(select id from delivery), '2030-05-01 12:00+00'), 1, 'it is erased');
select is_empty('select from list_notifications()', 'nothing blank is listed');
select is(count_unread_notifications(), 0::bigint, 'nor counted');
select is(
  (select evidence from explain_notification((select event_id from delivery), (select id from who)) where channel = 'in_app'),
  'what it said was erased at 2030-05-01 12:00:00 UTC', 'an explanation says so'
);
update user_notification_preferences set batch_enabled = true;
create temporary table gathered on commit drop as
select emit_notification_event('calendar.sync_failed', p_target_user_id => who.id, p_payload => jsonb_build_object('title', word)) as id
from who, unnest('{first, second}'::text[]) as word;
select from herald.flush_digests(now() + interval '1 hour');
select from herald.erase_deliveries(array(select id from notification_deliveries where digest_id is not null and status <> 'pending'), now());
select from redact_notification_event((select min(id::text)::uuid from gathered));
select is_empty(
  $$select from notification_deliveries where erased_at is not null and payload::text ~ 'first|second'$$, 'a digest that is told anew does not get its words back'
);
create temporary table failed on commit drop as select a_delivery('failed') as id;
select is(herald.erase_deliveries(array(select id from failed), now()), 1, 'one that failed is erased');
select throws_ok(format('select redrive_notification(%L)', id), 'SMS01', null, 'and cannot be redriven') from failed;

-- Links.
create temporary table link on commit drop as select create_tracking_link((select id from delivery), 'https://example.com/me') as url;
select is((select herald.erase_links(array_agg(id), now()) from notification_tracking_links), 1, 'a link is erased');
select is((select record_link_click(short_code, 'a browser') from notification_tracking_links), null, 'and leads nowhere');

select * from finish();
rollback;
