-- What the examples in the comments of the public functions speak of: one user, and something in every state. Ids are
-- written out, so that the examples can name them: 1… a user, 2… texts, 3… jobs, 4… tokens, 5… an event, 6… deliveries,
-- 7… attempts, 8… a project. Nothing here checks anything, so triggers rest where rows are put into a state by hand.
begin;

insert into public.users (id, email, name)
values ('10000000-0000-4000-8000-000000000001', 'user@example.com', 'A user');
insert into public.projects (id) values ('80000000-0000-4000-8000-000000000001');
insert into public.user_sms_preferences (
  user_id, phone_number, phone_verified, timezone, quiet_hours_start, quiet_hours_end, daily_sms_limit
)
values ('10000000-0000-4000-8000-000000000001', '+12025550123', true, 'Europe/Berlin', null, null, 100);
insert into public.notification_subscriptions (user_id, event_type)
values ('10000000-0000-4000-8000-000000000001', 'calendar.sync_failed');
update public.user_notification_preferences
set in_app_enabled = true, email_enabled = true, push_enabled = false, sms_enabled = false, quiet_hours_enabled = false;
select public.opt_out_number('+12025550187', 'asked on the telephone');

-- Texts: 1 is planned, 2 is a series, 3 has failed, 4 is in doubt, 5 is being sent, 6 was sent, 7 is due.
insert into public.sms_messages (
  id, user_id, phone_number, message_content, status, scheduled_for, project_id, metadata
)
values (
  '20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', '+12025550123', 'See you at nine.',
  'scheduled', '2035-03-01T08:30:00+01:00', '80000000-0000-4000-8000-000000000001', '{"calendar_event_id": "standup"}'
);
select public.queue_sms_message(
  '10000000-0000-4000-8000-000000000001', null, 'Time to stretch.', p_scheduled_for => '2035-03-05T12:00:00Z',
  p_recurrence_pattern => 'FREQ=WEEKLY;BYDAY=MO,WE,FR', p_idempotency_key => 'series'
);
select public.queue_sms_message(
  '10000000-0000-4000-8000-000000000001', null, 'Your table is ready.', p_idempotency_key => 'due'
);

-- Notifications: of the first event the e-mail is being sent, that of the second has failed, that of the last waits.
select public.emit_notification_event('calendar.sync_failed', p_idempotency_key => 'first');
create temporary table claimed on commit drop as
select 6 as number, job_id, processing_token, delivery_id from public.claim_notifications('{email}');
select public.emit_notification_event('calendar.sync_failed', p_idempotency_key => 'second');
insert into claimed select 3, job_id, processing_token, delivery_id from public.claim_notifications('{email}');
select *
from public.record_notification_results((
  select jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'delivered', false, 'code', 550, 'about_recipient', false
  ))
  from claimed
  where number = 3
));
select public.emit_notification_event(
  'calendar.sync_failed', p_payload => '{"title": "Your calendar is out of date", "body": "Sign in again."}',
  p_idempotency_key => 'last'
);
select public.tick();

set local session_replication_role = replica;

update public.sms_messages set id = '20000000-0000-4000-8000-000000000002' where idempotency_key = 'series';
update public.sms_messages set id = '20000000-0000-4000-8000-000000000007' where idempotency_key = 'due';
update public.queue_jobs
set metadata = metadata || '{"message_id": "20000000-0000-4000-8000-000000000007"}'
where job_type = 'send_sms';

update public.queue_jobs as job
set id = '30000000-0000-4000-8000-000000000006', processing_token = '40000000-0000-4000-8000-000000000006',
  lease_expires_at = now() + interval '1 day'
from claimed
where claimed.number = 6 and job.id = claimed.job_id;
update public.notification_deliveries as delivery
set id = '60000000-0000-4000-8000-000000000006', queue_job_id = '30000000-0000-4000-8000-000000000006'
from claimed
where claimed.number = 6 and delivery.id = claimed.delivery_id;
update public.queue_jobs
set metadata = metadata || '{"delivery_id": "60000000-0000-4000-8000-000000000006"}'
where id = '30000000-0000-4000-8000-000000000006';
update public.notification_deliveries as delivery
set id = '60000000-0000-4000-8000-000000000003'
from claimed
where claimed.number = 3 and delivery.id = claimed.delivery_id;
update public.notification_deliveries as delivery
set
  id = case when channel = 'in_app' then '60000000-0000-4000-8000-000000000001' else delivery.id end::uuid,
  event_id = '50000000-0000-4000-8000-000000000001'
from public.notification_events as event
where event.id = delivery.event_id and event.idempotency_key = 'last';
update public.notification_suppressions as suppression
set event_id = '50000000-0000-4000-8000-000000000001'
from public.notification_events as event
where event.id = suppression.event_id and event.idempotency_key = 'last';
update public.notification_events set id = '50000000-0000-4000-8000-000000000001' where idempotency_key = 'last';
insert into public.notification_tracking_links (short_code, delivery_id, destination_url)
values ('aB3dE6', '60000000-0000-4000-8000-000000000001', 'https://app.example.com/calendar');

-- Jobs: 1 waits, 2 runs, 3 has failed, 8 ended long ago, 9 was left behind by its runner.
insert into public.queue_jobs (
  id, user_id, job_type, metadata, status, attempts, processing_token, started_at, lease_expires_at, completed_at,
  created_at, updated_at
)
select
  format('30000000-0000-4000-8000-00000000000%s', number)::uuid, '10000000-0000-4000-8000-000000000001', 'other',
  '{"invoice": 4700}', status, attempts, token, started_at, lease_expires_at, completed_at,
  coalesce(completed_at, now()), coalesce(completed_at, started_at, now())
from (
  values
  (1, 'pending'::public.queue_status, 0, null::uuid, null::timestamptz, null::timestamptz, null::timestamptz),
  (2, 'processing', 1, '40000000-0000-4000-8000-000000000002', now(), now() + interval '1 day', null),
  (3, 'failed', 3, null, now(), null, null),
  (8, 'completed', 1, null, now() - interval '60 days', null, now() - interval '60 days'),
  (9, 'processing', 1, gen_random_uuid(), now() - interval '1 hour', now() - interval '50 minutes', null)
) as job (number, status, attempts, token, started_at, lease_expires_at, completed_at);

insert into public.queue_jobs (
  id, user_id, job_type, metadata, status, attempts, processing_token, started_at, lease_expires_at
)
select
  format('30000000-0000-4000-8000-00000000000%s', number)::uuid, '10000000-0000-4000-8000-000000000001', 'send_sms',
  jsonb_build_object('message_id', format('20000000-0000-4000-8000-00000000000%s', number)), 'processing', 1,
  format('40000000-0000-4000-8000-00000000000%s', number)::uuid, now(), lease_expires_at
from (
  values (4, null::timestamptz), (5, now() + interval '1 day')
) as job (number, lease_expires_at);

insert into public.sms_messages (
  id, user_id, phone_number, message_content, status, queue_job_id, attempt_count, twilio_sid, twilio_status, sent_at,
  failed_at, look_at
)
select
  format('20000000-0000-4000-8000-00000000000%s', number)::uuid, '10000000-0000-4000-8000-000000000001', '+12025550123',
  'Your table is ready.', status, queue_job_id, 1, twilio_sid, lower(twilio_status), sent_at, failed_at, look_at
from (
  values
  (3, 'failed'::public.sms_status, null::uuid, null, null, null::timestamptz, now(), null::timestamptz),
  (4, 'sending', '30000000-0000-4000-8000-000000000004', null, null, null, null, now() - interval '1 second'),
  (5, 'sending', '30000000-0000-4000-8000-000000000005', null, null, null, null, null),
  (6, 'sent', null, 'SM6666', 'sent', now(), null, null)
) as text (number, status, queue_job_id, twilio_sid, twilio_status, sent_at, failed_at, look_at);

insert into herald.sms_attempts (
  id, message_id, job_id, attempt, sender, runner, started_at, finished_at, outcome, twilio_sid, look_token
)
select
  format('70000000-0000-4000-8000-00000000000%s', number)::uuid,
  format('20000000-0000-4000-8000-00000000000%s', number)::uuid,
  case when number < 6 then format('30000000-0000-4000-8000-00000000000%s', number)::uuid end,
  1, '+15005550006', 'runner-1', now() - interval '1 hour', finished_at, outcome, twilio_sid,
  case number when 4 then '40000000-0000-4000-8000-000000000004'::uuid end
from (
  values
  (4, now() - interval '1 hour', 'unknown', null),
  (5, null, null, null),
  (6, now() - interval '1 hour', 'accepted', 'SM6666')
) as attempt (number, finished_at, outcome, twilio_sid);

-- A code that was sent five minutes ago, and waits to be typed in.
insert into herald.phone_verifications (
  user_id, phone_number, number_hash, country, provider, salt, code_hash, created_at, expires_at
)
values (
  '10000000-0000-4000-8000-000000000001', '+12025550164', herald.number_hash('+12025550164'),
  herald.country_code('+12025550164'), 'own', 'salt', sha256('salt204816'), now() - interval '5 minutes',
  now() + interval '1 day'
);

commit;
