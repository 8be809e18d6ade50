-- What is personal goes when it has been kept for as long as herald.retention says, each kind by its own row, and what is not
-- over stays, however old. A row that is changed changes what happens (F42).
begin;
select plan(44);
set local timezone = 'UTC';

-- Everything here ends at one instant, T: 2030-05-01 12:00.
create temporary table who on commit drop as select a_user_with_phone('+12025550171') as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from who;
create temporary table message on commit drop as
select what, a_text(what::sms_status) as id from unnest('{pending, scheduled, queued, sending, sent, delivered, failed, undelivered, cancelled}'::text[]) as what;
set local session_replication_role = replica;
update sms_messages
set
  created_at = '2030-05-01 11:00', sent_at = case when sent_at is not null then timestamptz '2030-05-01 12:00' end,
  delivered_at = case when delivered_at is not null then timestamptz '2030-05-01 12:00' end,
  failed_at = case when failed_at is not null then timestamptz '2030-05-01 12:00' end,
  cancelled_at = case when cancelled_at is not null then timestamptz '2030-05-01 12:00' end,
  metadata = '{"note": "hers"}', template_vars = '{"name": "hers"}', idempotency_key = 'hers ' || id, twilio_error_message = 'to +12025550171',
  look_at = case when status = 'sent' then timestamptz '2030-05-01 13:00' end;
set local session_replication_role = origin;
insert into herald.sms_attempts (message_id, attempt, started_at, error_message) select id, 1, '2030-05-01', 'to +12025550171' from message where what = 'failed';
insert into herald.sms_status_log (twilio_sid, twilio_status, parameters, first_received_at, last_received_at)
values ('SM1', 'sent', '{"To": "+12025550171"}', '2030-01-01', '2030-05-01 12:00');
insert into herald.inbound_sms (twilio_sid, number_hash, from_number, words, meaning, needs_review, received_at, last_received_at)
values
('IN1', herald.number_hash('+12025550171'), '+12025550171', 'hello', 'other', false, '2030-05-01 12:00', '2030-05-01 12:00'),
('IN2', herald.number_hash('+12025550171'), '+12025550171', 'please do not stop', 'other', true, '2030-05-01 12:00', '2030-05-01 12:00');
select from opt_out_number('+12025550172', 'she called', '2030-05-01 12:00');
create temporary table event on commit drop as
select what, emit_notification_event('calendar.sync_failed', p_target_user_id => who.id, p_payload => '{"title": "hers"}', p_idempotency_key => what) as id
from who, unnest('{told, waits}'::text[]) as what;
set local session_replication_role = replica;
update notification_events set created_at = '2030-05-01 12:00', scheduled_for = null;
update notification_deliveries set created_at = '2030-05-01 12:00', delivered_at = '2030-05-01 12:00';
insert into notification_deliveries (event_id, recipient_user_id, channel, channel_identifier, created_at)
select event.id, who.id, 'email', 'reader@example.com', '2030-05-01 12:00' from event, who where what = 'waits';
insert into notification_tracking_links (short_code, message_id, destination_url, created_at, last_clicked_at)
select 'abc', id, 'https://example.com/hers', '2030-01-01', '2030-05-01 12:00' from message where what = 'delivered';
set local session_replication_role = origin;

create function pg_temp.apply(p_policy text, p_days integer) returns integer language sql as $$
  select erased from apply_retention(p_policy, p_now => timestamptz '2030-05-01 12:00' + p_days * interval '1 day' + interval '1 second')
$$;
-- One by one: a day before nothing, then so many.
create temporary table policy (name text, days integer, rows integer) on commit drop;
insert into policy
values
('sms_words', 90, 5), ('sms_numbers', 180, 5), ('sms_reports', 90, 1), ('inbound_words', 90, 1), ('inbound_numbers', 180, 1), ('links', 365, 1),
('notifications', 180, 2), ('events', 180, 1), ('suppressed_numbers', 365, 1);
select is(pg_temp.apply(name, days - 1), 0, format('%s: a day before its time nothing is erased', name)) from policy;
select is(pg_temp.apply(name, days), rows, format('%s: then it is', name)) from policy;
select is(pg_temp.apply(name, days + 3650), 0, format('%s: and once only', name)) from policy;

select is(
  (select array_agg(what order by what) from message inner join sms_messages using (id) where words_erased_at is null and number_erased_at is null and metadata ? 'note'),
  '{pending,queued,scheduled,sending}', 'what waits or is being sent keeps all of it for ever'
);
select is_empty(
  $$
  select from sms_messages where words_erased_at is not null
    and (message_content, phone_number, metadata, coalesce(template_vars, '{}'), coalesce(idempotency_key, ''), coalesce(twilio_error_message, ''))
      <> ('(erased)', '(erased)', '{}', '{}', '', '')
  $$,
  'what is over keeps nothing of it'
);
select is((select count(*) from herald.sms_attempts where error_message is not null), 0::bigint, 'nor do attempts');
select is(
  (select (words, from_number)::text from herald.inbound_sms where twilio_sid = 'IN2'), '("please do not stop",+12025550171)', 'what a person should read waits for it'
);
select is((select array_agg(what) from event inner join notification_events using (id) where redacted_at is null), '{waits}', 'so does an event that somebody still waits for');
select is((select array_agg(channel_identifier) from notification_deliveries where status = 'pending'), '{reader@example.com}', 'and a delivery');
select isnt_empty($$select from herald.standing_opt_out('+12025550172', true)$$, 'a suppression goes on without its number');

-- The ledger of consent is kept for ever, until somebody says otherwise.
select is_empty($$select from apply_retention('consent', p_now => '2130-05-01')$$, 'consent: null keeps for ever');
update herald.retention set keep = '3 years' where policy = 'consent';
select is(pg_temp.apply('consent', 1100), 1, 'consent: a row that is changed changes that');
select is((select (phone_number, words, change)::text from herald.consent_log), '(,,opted_out)', 'and the change itself stays on record');

-- Every row is heeded.
create temporary table late on commit drop as select a_text('delivered') as id;
update herald.retention set keep = '1 day' where policy = 'sms_words';
select is((select tick(now() + interval '1 day 1 second') ->> 'retention_applied')::integer, 1, 'a tick does it, by the row as it is');
select ok((select words_erased_at is not null and number_erased_at is null from late inner join sms_messages using (id)), 'words and numbers each in their own time');

-- A report that is still waited for.
create temporary table asked on commit drop as select a_text('sent') as id;
update sms_messages set twilio_sid = 'SM9', look_at = now() + interval '1 hour' from asked where asked.id = sms_messages.id;
select is((select erased from apply_retention('sms_words', p_now => now() + interval '2 days')), 0, 'a text whose report is waited for keeps its words');

-- Batches.
create temporary table many on commit drop as select a_text('cancelled') as id from generate_series(1, 3);
select is((select (erased, has_more)::text from apply_retention('sms_words', 2, now() + interval '2 days')), '(2,t)', 'a batch is bounded, and says that there is more');
select is((select (erased, has_more)::text from apply_retention('sms_words', 2, now() + interval '2 days')), '(1,f)', 'until there is not');

select throws_ok($$select apply_retention('all')$$, '23503', null, 'a policy that is not known is an error');
select throws_ok($$update herald.retention set keep = '0'$$, '23514', null, 'to keep nothing is none');

select * from finish();
rollback;
