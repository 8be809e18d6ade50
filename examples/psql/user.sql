-- What a signed-in user may do. PostgREST and Supabase set role and claims by themselves; here they are set by hand:
--   psql "$DATABASE_URL" -v user_id=… -f user.sql
\set ON_ERROR_STOP on

begin;
set local role herald_client;
select set_config('request.jwt.claims', json_build_object('sub', :'user_id')::text, true);

-- The list in the application, and its mark.
select count_unread_notifications();
select id, title, body, delivered_at from list_notifications(p_limit => 20);
select mark_opened(p_until => now());

-- Switches and quiet hours of texts, and the channels of one kind of event.
insert into user_sms_preferences (user_id, evening_recap_enabled, quiet_hours_start, quiet_hours_end, timezone)
values (:'user_id', false, '21:00', '08:00', 'Europe/Berlin')
on conflict (user_id) do update
set
  evening_recap_enabled = excluded.evening_recap_enabled,
  quiet_hours_start = excluded.quiet_hours_start,
  quiet_hours_end = excluded.quiet_hours_end,
  timezone = excluded.timezone;
insert into user_notification_preferences (user_id, event_type, email_enabled, push_enabled)
values (:'user_id', 'calendar.sync_failed', true, false)
on conflict (user_id, event_type) do update
set email_enabled = excluded.email_enabled, push_enabled = excluded.push_enabled;

-- What is to come, and one text less.
select message_id from list_scheduled_sms() where status = 'scheduled' limit 1 \gset
select gate, verdict, evidence from explain_sms(:'message_id');
select cancel_sms(:'message_id', 'not needed any more');

-- A code by text; confirm_phone_verification takes what the user reads there.
select status, expires_at from start_phone_verification(:'user_id', '+12025550172');
commit;
