-- Rows by the ten thousand, of everything that waits, is due, runs or has ended: what plans are judged beside. Of each
-- kind plans.sizes says which numbers to make; a row's id follows from its kind and number, so that rows can refer to
-- each other. Nothing here checks anything: triggers and references rest.
begin;

set local session_replication_role = replica;

insert into public.users (id, email)
select plans.id('user', n), 'user' || n || '@example.com'
from plans.numbers('user') as n;
insert into public.user_sms_preferences (
  user_id, phone_number, phone_verified, timezone, quiet_hours_start, quiet_hours_end, daily_sms_limit
)
select plans.id('user', n), plans.phone(n), true, 'UTC', null, null, 100000
from plans.numbers('user') as n;
insert into public.notification_subscriptions (user_id, event_type)
select plans.id('user', n), kind.event_type
from plans.numbers('user') as n
cross join (values ('calendar.sync_failed'), ('task.due_soon')) as kind (event_type);
insert into public.notification_subscriptions (user_id, event_type)
select plans.id('user', n), 'project.phase_scheduled'
from plans.numbers('user') as n
where n <= 100;
insert into public.user_notification_preferences (
  user_id, event_type, push_enabled, email_enabled, sms_enabled, in_app_enabled, max_per_day
)
select user_id, event_type, true, true, event_type = 'task.due_soon', true, 1000
from public.notification_subscriptions
on conflict do nothing;
insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key)
select plans.id('user', n), 'https://push.example.com/' || n, 'key', 'key'
from plans.numbers('user') as n
where n % 2 = 0;

-- Jobs: each kind in its state, and what they are about below.
insert into public.queue_jobs (
  id, user_id, job_type, status, scheduled_for, attempts, started_at, processed_at, completed_at, processing_token,
  lease_expires_at, metadata, created_at
)
select
  plans.id(kind.name || ' job', n), plans.user_of(n), kind.job_type::public.queue_type,
  kind.status::public.queue_status, at, case when kind.status = 'pending' then 0 else 1 end,
  case when kind.status <> 'pending' then at end, case when kind.status = 'completed' then at end,
  case when kind.status = 'completed' then at end, case when kind.status = 'processing' then plans.id('token', n) end,
  case
    when kind.name like 'lapsed %' then now() - interval '1 minute'
    when kind.status = 'processing' and kind.name <> 'text in doubt' then now() + interval '1 hour'
  end,
  case kind.job_type
    when 'send_sms' then jsonb_build_object('message_id', plans.id(kind.name, n), 'priority', 'normal')
    when 'send_notification' then jsonb_build_object('delivery_id', plans.id(kind.name, n), 'channel', 'email')
    else '{}'
  end,
  at
from (
  values
  ('ended text', 'send_sms', 'completed'), ('due text', 'send_sms', 'pending'),
  ('text under way', 'send_sms', 'processing'), ('lapsed text', 'send_sms', 'processing'),
  ('text in doubt', 'send_sms', 'processing'),
  ('ended mail', 'send_notification', 'completed'), ('due mail', 'send_notification', 'pending'),
  ('mail under way', 'send_notification', 'processing'), ('ended job', 'other', 'completed'),
  ('due job', 'other', 'pending'), ('job under way', 'other', 'processing'), ('lapsed job', 'other', 'processing')
) as kind (name, job_type, status)
cross join lateral plans.numbers(kind.name) as n
cross join lateral (
  select now() - case when kind.status = 'completed' then plans.age(n) else n * interval '1 millisecond' end as at
) as given;

insert into public.sms_messages (
  id, user_id, phone_number, message_content, status, scheduled_for, created_at, sent_at, delivered_at, queue_job_id,
  twilio_sid, counted_at, attempt_count, look_at, recurrence_pattern, recurrence_start, recurrence_timezone, project_id,
  metadata
)
select
  plans.id(kind.name, n), plans.user_of(n), plans.phone_of(n), 'Text ' || n, kind.status::public.sms_status,
  case
    when kind.name in ('text ahead', 'series ahead') then now() + interval '1 hour' + plans.age(n)
    when kind.status = 'scheduled' then now() - interval '1 second'
  end,
  at, case when kind.name = 'ended text' then at end, case when kind.name = 'ended text' and n % 10 > 0 then at end,
  case when kind.status <> 'scheduled' then plans.id(kind.name || ' job', n) end,
  case when kind.name = 'ended text' then 'SM' || n end,
  case when kind.status not in ('scheduled', 'queued') then at end,
  case when kind.status in ('scheduled', 'queued') then 0 else 1 end,
  case when kind.name in ('text in doubt', 'ended text') and n % 10 = 0 then at + interval '1 hour' end,
  case when kind.name like '%series%' then 'FREQ=DAILY' end, case when kind.name like '%series%' then (at at time zone 'UTC') - interval '1 day' end,
  case when kind.name like '%series%' then 'UTC' end,
  case when kind.name = 'text ahead' and n % 100 = 0 then plans.id('project', n) end,
  case when kind.name = 'text ahead' and n % 100 = 0 then jsonb_build_object('calendar_event_id', 'event ' || n) else '{}' end
from (
  values
  ('ended text', 'delivered'), ('due text', 'queued'), ('text under way', 'sending'), ('lapsed text', 'sending'),
  ('text in doubt', 'sending'), ('text ahead', 'scheduled'), ('text to plan', 'scheduled'),
  ('series', 'scheduled'), ('series ahead', 'scheduled')
) as kind (name, status)
cross join lateral plans.numbers(kind.name) as n
cross join lateral (
  select now() - case when kind.name like 'ended%' then plans.age(n) else n * interval '1 millisecond' end as at
) as given;
-- What is no report's any more was sent, and nobody has said more.
update public.sms_messages set status = 'sent' where status = 'delivered' and delivered_at is null;

insert into herald.sms_attempts (
  id, message_id, job_id, attempt, sender, runner, started_at, finished_at, outcome, http_status, twilio_sid
)
select
  plans.id(kind.name || ' attempt', n), plans.id(kind.name, n), plans.id(kind.name || ' job', n), 1, '+15005550006', 'runner',
  text.counted_at, case when kind.outcome is not null then text.counted_at end, kind.outcome,
  case kind.outcome when 'accepted' then 201 end, text.twilio_sid
from (
  values
  ('ended text', 'accepted'), ('text under way', null), ('lapsed text', null), ('text in doubt', 'unknown')
) as kind (name, outcome)
cross join lateral plans.numbers(kind.name) as n
inner join public.sms_messages as text on text.id = plans.id(kind.name, n);

insert into herald.sms_status_log (
  twilio_sid, twilio_status, message_id, attempt_id, parameters, first_received_at, last_received_at
)
select
  'SM' || n, told.status, plans.id('ended text', n), plans.id('ended text attempt', n), '{"RawDlrDoneDate": "1"}',
  now() - plans.age(n), now() - plans.age(n)
from plans.numbers('ended text') as n
cross join (values ('sent'), ('delivered')) as told (status)
where n % 10 > 0;

insert into public.notification_events (id, event_type, event_source, target_user_id, payload, created_at)
select
  plans.id(kind.name || ' event', n), 'calendar.sync_failed', 'api_action', plans.user_of(n),
  '{"title": "Calendar", "body": "Out of date."}', now() - plans.age(n)
from unnest(
  '{ended mail, due mail, mail under way, mail to plan, mail ahead, notice, notice to show, notice ahead}'::text[]
) as kind (name)
cross join lateral plans.numbers(kind.name) as n;

insert into public.notification_deliveries (
  id, event_id, recipient_user_id, channel, channel_identifier, status, payload, created_at, sent_at, delivered_at,
  queue_job_id, scheduled_for, expires_at
)
select
  plans.id(kind.name, n), plans.id(kind.name || ' event', n), plans.user_of(n), kind.channel,
  case when kind.channel = 'email' then 'user' || 1 + n % current_setting('plans.users')::integer || '@example.com' end, kind.status,
  '{"event_type": "calendar.sync_failed", "title": "Calendar", "body": "Out of date."}', at,
  case when kind.status = 'sent' then at end, case when kind.status = 'delivered' then at end,
  case when kind.name like '%mail%' and kind.name not like 'mail to%' and kind.name not like '%ahead'
    then plans.id(kind.name || ' job', n)
  end,
  case
    when kind.name like '%ahead' then now() + interval '1 hour' + plans.age(n)
    when kind.status = 'pending' then now() - interval '1 second'
  end,
  case when kind.status = 'pending' then now() + interval '60 days' end
from (
  values
  ('ended mail', 'email', 'sent'), ('due mail', 'email', 'pending'), ('mail under way', 'email', 'pending'),
  ('mail to plan', 'email', 'pending'), ('mail ahead', 'email', 'pending'), ('notice', 'in_app', 'delivered'),
  ('notice to show', 'in_app', 'pending'), ('notice ahead', 'in_app', 'pending')
) as kind (name, channel, status)
cross join lateral plans.numbers(kind.name) as n
cross join lateral (
  select now() - case when kind.status = 'pending' then interval '1 minute' else plans.age(n) end as at
) as given;
insert into public.notification_suppressions (event_id, recipient_user_id, channel, reason, created_at)
select plans.id('ended mail event', n), plans.user_of(n), 'sms', 'switched_off: no wish', now() - plans.age(n)
from plans.numbers('ended mail') as n;

insert into public.notification_tracking_links (id, short_code, delivery_id, destination_url, created_at)
select plans.id('link', n), 'code' || n, plans.id('ended mail', n), 'https://example.com/' || n, now() - plans.age(n)
from plans.numbers('ended mail') as n;

insert into herald.notification_digests (id, user_id, event_type, opened_at, due_at, flushed_at)
select
  plans.id(kind.name, n), plans.user_of(n), kind.event_type, now() - interval '1 hour',
  case kind.name when 'digest ahead' then now() + interval '1 hour' else now() - interval '1 second' end,
  case kind.name when 'ended digest' then now() - plans.age(n) end
from (
  values ('digest', 'task.due_soon'), ('ended digest', 'task.due_soon'), ('digest ahead', 'calendar.sync_failed')
) as kind (name, event_type)
cross join lateral plans.numbers(kind.name) as n;
insert into public.notification_events (id, event_type, event_source, payload)
select plans.id('gathered event', n), 'task.due_soon', 'api_action', '{"title": "Task", "body": "Due."}'
from plans.numbers('digest') as n;
insert into herald.notification_digest_events (digest_id, event_id)
select plans.id('digest', n), plans.id('gathered event', n) from plans.numbers('digest') as n
union all
select plans.id('ended digest', n), plans.id('ended mail event', n) from plans.numbers('ended digest') as n;
insert into herald.notification_latecomers (event_id, user_id, noted_at)
select plans.id('gathered event', n), plans.user_of(n), now()
from plans.numbers('latecomer') as n;

insert into herald.sms_template_uses (template_id, used_at)
select template.id, now()
from plans.numbers('template use') as n
cross join lateral (select id from public.sms_templates order by id offset n % 3 limit 1) as template;

insert into herald.inbound_sms (
  twilio_sid, number_hash, from_number, words, meaning, parameters, received_at, last_received_at
)
select
  'IN' || n, herald.number_hash(plans.phone_of(n)), plans.phone_of(n), 'thanks', 'other', '{"NumMedia": "0"}',
  now() - plans.age(n), now() - plans.age(n)
from plans.numbers('reply') as n;
insert into herald.consent_log (number_hash, phone_number, user_id, change, source, recorded_at)
select herald.number_hash(plans.phone_of(n)), plans.phone_of(n), plans.user_of(n), 'opted_in', 'user', now() - plans.age(n)
from plans.numbers('reply') as n;
insert into herald.suppressed_numbers (number_hash, phone_number, reason, source, suppressed_at)
select herald.number_hash('+4930' || n), '+4930' || n, 'answered STOP', 'inbound', now() - plans.age(n)
from plans.numbers('reply') as n;

insert into herald.phone_verifications (
  id, user_id, phone_number, number_hash, country, provider, created_at, expires_at, ended_at, outcome, redacted_at
)
select
  plans.id(kind.name, n), plans.user_of(n), plans.phone_of(n), herald.number_hash(plans.phone_of(n)), '+1', 'own',
  at, at + interval '10 minutes', case when kind.has_ended then at end, case when kind.has_ended then 'verified' end,
  case when kind.has_ended then at end
from (values ('ended verification', true), ('lapsed verification', false)) as kind (name, has_ended)
cross join lateral plans.numbers(kind.name) as n
cross join lateral (select now() - interval '1 hour' - plans.age(n) as at) as given;

commit;
