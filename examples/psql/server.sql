-- What a server does. As the owner, or as a role that has herald_runner:
--   psql "$DATABASE_URL" -v user_id=… -f server.sql
\set ON_ERROR_STOP on

-- A text is part of the transaction that is its reason: what is rolled back was never queued.
begin;
create table if not exists bookings (
  id bigint generated always as identity primary key,
  user_id uuid not null references users (id),
  starts_at timestamptz not null
);
insert into bookings (user_id, starts_at) values (:'user_id', now() + interval '1 day')
returning id as booking_id, starts_at \gset
-- A null number is the user's own. The key makes a second request the first one again.
select queue_sms_message(
  :'user_id', null, 'See you tomorrow.', p_scheduled_for => :'starts_at'::timestamptz - interval '1 hour',
  p_expires_at => :'starts_at', p_idempotency_key => 'booking-' || :'booking_id'
) as message_id \gset
commit;

-- Three times a week, on the user's own clock.
select queue_sms_message(
  :'user_id', null, 'Time to stretch.', p_scheduled_for => date_trunc('day', now()) + interval '2 days 15 hours',
  p_recurrence_pattern => 'FREQ=WEEKLY;BYDAY=MO,WE,FR'
) as series_id \gset
select occurrence_at, scheduled_for, status from list_sms_occurrences(:'series_id', p_limit => 3);

-- Whoever is subscribed hears of it, by the channels they want.
insert into notification_subscriptions (user_id, event_type) values (:'user_id', 'calendar.sync_failed')
on conflict (user_id, event_type) do nothing;
select emit_notification_event(
  'calendar.sync_failed', p_target_user_id => :'user_id',
  p_payload => '{"title": "Your calendar is out of date", "body": "Sign in again."}'
) as event_id \gset
select channel, outcome, evidence from explain_notification(:'event_id', :'user_id');

-- Why does it wait, or not go?
select gate, verdict, until, evidence from explain_sms(:'message_id');
