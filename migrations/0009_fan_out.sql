-- Deploy pgherald:0009_fan_out to pg
-- depends: 0004_queue 0005_texts 0006_links 0008_event_types
-- transactional: false

-- What is altered here is as good as empty, for nothing emitted events before, or small: the settings, the jobs.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, constraint-missing-not-valid

begin;

set local lock_timeout = '5s';

alter table herald.settings
add column default_batch_interval interval not null default '15 minutes',
add column link_base_url text,
add column link_lifetime interval,
add column link_bot_window interval not null default '2 seconds',
add constraint settings_batch_interval_is_positive check (default_batch_interval > interval '0'),
add constraint settings_link_base_is_http check (link_base_url ~ '^https?://[^[:space:]?#]*[^[:space:]?#/]$'),
add constraint settings_link_times_are_positive check (
  link_lifetime > interval '0' and link_bot_window >= interval '0'
);
comment on column herald.settings.kill_switch is
'While true no text, e-mail or push message is handed to a runner; nothing is lost.';
comment on column herald.settings.default_expiry is
'How long after its time a text without a category, an e-mail or a push message may still be sent; null for ever.';
comment on column herald.settings.default_batch_interval is
'How long notifications are gathered for a user who wants them gathered and does not say how long.';
comment on column herald.settings.link_base_url is
'Where /l/{code} is served, such as https://go.example.com; null leaves addresses in texts as they are.';
comment on column herald.settings.link_lifetime is 'How long a short link works; null for ever.';
comment on column herald.settings.link_bot_window is
'Clicks this soon after the link was sent are taken for previews made by machines.';

alter table public.notification_events
add column scheduled_for timestamptz,
add column expires_at timestamptz,
add column idempotency_key text,
add column request_digest bytea,
add column redacted_at timestamptz;
create unique index notification_events_idempotency_key_idx on public.notification_events (idempotency_key)
where idempotency_key is not null;

comment on column public.notification_events.scheduled_for is 'Notifications go no sooner; null means at once.';
comment on column public.notification_events.expires_at is 'Notifications go no later; null means what is usual.';
comment on column public.notification_events.redacted_at is 'When the payload was removed; only then a row may go.';
comment on column public.notification_events.request_digest is
'Fingerprint of the request that used the idempotency key, to tell a repetition from a mistake.';

-- While a digest is open, events of its user and type go into it. The window starts with the first.
create table herald.notification_digests (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  event_type text not null,
  opened_at timestamptz not null,
  due_at timestamptz not null,
  flushed_at timestamptz,
  constraint notification_digests_pkey primary key (id),
  constraint notification_digests_user_id_fkey
  foreign key (user_id) references public.users (id) on delete cascade,
  constraint notification_digests_event_type_fkey
  foreign key (event_type) references herald.event_types (event_type),
  constraint notification_digests_gathers_for_a_while check (due_at > opened_at)
);
create unique index notification_digests_open_idx on herald.notification_digests (user_id, event_type)
where flushed_at is null;
create index notification_digests_due_idx on herald.notification_digests (due_at)
where flushed_at is null;
create index notification_digests_event_type_idx on herald.notification_digests (event_type);
create index notification_digests_user_id_idx on herald.notification_digests (user_id);
comment on table herald.notification_digests is 'Events gathered to become one notification each.';

create table herald.notification_digest_events (
  digest_id uuid not null,
  event_id uuid not null,
  constraint notification_digest_events_pkey primary key (digest_id, event_id),
  constraint notification_digest_events_digest_id_fkey
  foreign key (digest_id) references herald.notification_digests (id) on delete cascade,
  constraint notification_digest_events_event_id_fkey
  foreign key (event_id) references public.notification_events (id) on delete cascade
);
create index notification_digest_events_event_id_idx on herald.notification_digest_events (event_id);
comment on table herald.notification_digest_events is 'Which events a digest gathers.';

alter table public.notification_deliveries
add column digest_id uuid,
add column queue_job_id uuid,
add column scheduled_for timestamptz,
add column expires_at timestamptz,
add column suppressed_reason text,
add foreign key (digest_id) references herald.notification_digests (id) on delete set null not valid,
add foreign key (queue_job_id) references public.queue_jobs (id) on delete set null not valid;
create index notification_deliveries_digest_id_idx on public.notification_deliveries (digest_id)
where digest_id is not null;
create unique index notification_deliveries_queue_job_id_idx on public.notification_deliveries (queue_job_id)
where queue_job_id is not null;
-- Limits ask what a user is told in an hour or on a day: by when it goes, not by when it was written.
drop index public.notification_deliveries_recipient_idx;
create index notification_deliveries_recipient_idx
on public.notification_deliveries (recipient_user_id, (coalesce(scheduled_for, created_at)));
create index notification_deliveries_planned_idx on public.notification_deliveries (scheduled_for)
where status = 'pending' and channel <> 'sms' and queue_job_id is null;
create index notification_deliveries_expiry_idx on public.notification_deliveries (expires_at)
where status = 'pending' and expires_at is not null;
create index notification_deliveries_in_app_idx on public.notification_deliveries (recipient_user_id, delivered_at)
where channel = 'in_app';
create index notification_deliveries_unread_idx on public.notification_deliveries (recipient_user_id)
where channel = 'in_app' and status = 'delivered';

comment on column public.notification_deliveries.digest_id is
'The digest it tells of, whose first event is event_id; null for a notification of one event.';
comment on column public.notification_deliveries.queue_job_id is
'The job that sends it. A text has its job itself.';
comment on column public.notification_deliveries.scheduled_for is
'Not before this instant, and not shown in lists before; null means at once.';
comment on column public.notification_deliveries.expires_at is 'Not after this instant; null means never too late.';
comment on column public.notification_deliveries.suppressed_reason is
'Which rule or person ended it before it went. Such a delivery is not a failure.';

create table public.notification_suppressions (
  event_id uuid not null,
  recipient_user_id uuid not null,
  channel text not null,
  reason text not null,
  created_at timestamptz not null default now(),
  primary key (event_id, recipient_user_id, channel),
  constraint notification_suppressions_channel_is_known check (channel in ('push', 'email', 'sms', 'in_app')),
  foreign key (event_id) references public.notification_events (id) on delete cascade,
  foreign key (recipient_user_id) references public.users (id) on delete cascade
);
create index notification_suppressions_recipient_idx
on public.notification_suppressions (recipient_user_id, created_at);
comment on table public.notification_suppressions is
'Why a subscriber did not hear of an event through a channel. No failures: wishes that were kept.';
comment on column public.notification_suppressions.reason is 'The rule, a colon, and what it found.';

-- Whoever writes the row has the user's turn: parallel emitters of one type count one after the other.
create table herald.notification_turns (
  user_id uuid not null,
  event_type text not null,
  taken_at timestamptz not null,
  constraint notification_turns_pkey primary key (user_id, event_type),
  constraint notification_turns_user_id_fkey
  foreign key (user_id) references public.users (id) on delete cascade
) with (fillfactor = 70);
comment on table herald.notification_turns is
'One row for each user and event type with a limit, written to be locked.';

alter table public.notification_tracking_links
add column expires_at timestamptz,
add column bot_click_count integer not null default 0;
-- One link for each delivery and address, however often the text is made. A hash, since addresses can be longer than
-- what an index takes.
create unique index notification_tracking_links_once_idx
on public.notification_tracking_links (delivery_id, hashtextextended(destination_url, 0))
where delivery_id is not null;
comment on column public.notification_tracking_links.bot_click_count is
'Visits by previewers and scanners, which are no clicks.';
comment on column public.notification_tracking_links.expires_at is 'When it stops working; null for never.';

create index queue_jobs_channel_idx on public.queue_jobs ((metadata ->> 'channel'), due_rank, scheduled_for)
where status in ('pending', 'retrying') and job_type = 'send_notification';

select herald.close_table('public.notification_suppressions');
-- Which rows is a policy's to say; until there is one, none.
grant select on public.notification_deliveries to herald_client;
grant select, insert, update on herald.notification_digests, herald.notification_turns to herald_runner;
grant select, insert on herald.notification_digest_events to herald_runner;

commit;
