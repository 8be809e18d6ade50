-- Deploy pgherald:0003_notifications to pg
-- depends: 0001_foundation
-- transactional: false

begin;

set local lock_timeout = '5s';

create table public.notification_events (
  id uuid not null default gen_random_uuid(),
  event_type text not null,
  event_source text not null,
  actor_user_id uuid,
  target_user_id uuid,
  payload jsonb not null default '{}',
  created_at timestamptz default now(),
  metadata jsonb,
  correlation_id uuid not null default gen_random_uuid(),
  primary key (id),
  constraint notification_events_type_is_domain_and_action check (event_type ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$'),
  constraint notification_events_source_is_known check (
    event_source in ('database_trigger', 'worker_job', 'api_action', 'cron_scheduler')
  ),
  foreign key (actor_user_id) references public.users (id) on delete set null,
  foreign key (target_user_id) references public.users (id) on delete set null
);
create index notification_events_event_type_idx on public.notification_events (event_type);
create index notification_events_target_user_id_idx on public.notification_events (target_user_id);
create index notification_events_actor_user_id_idx on public.notification_events (actor_user_id);
create index notification_events_created_at_idx on public.notification_events (created_at);

create table public.notification_subscriptions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  event_type text not null,
  is_active boolean default true,
  admin_only boolean default false,
  filters jsonb,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  created_by uuid,
  primary key (id),
  unique (user_id, event_type),
  foreign key (user_id) references public.users (id) on delete cascade,
  foreign key (created_by) references public.users (id) on delete set null
);
create index notification_subscriptions_event_type_idx on public.notification_subscriptions (event_type);
create index notification_subscriptions_created_by_idx on public.notification_subscriptions (created_by);

create table public.user_notification_preferences (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  event_type text not null,
  push_enabled boolean default true,
  email_enabled boolean default true,
  sms_enabled boolean default false,
  in_app_enabled boolean default true,
  priority text not null default 'normal',
  batch_enabled boolean default false,
  batch_interval_minutes integer,
  quiet_hours_enabled boolean default false,
  quiet_hours_start time default '22:00:00',
  quiet_hours_end time default '08:00:00',
  timezone text default 'UTC',
  max_per_day integer,
  max_per_hour integer,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  primary key (id),
  unique (user_id, event_type),
  constraint user_notification_preferences_priority_is_known check (priority in ('urgent', 'normal', 'low')),
  foreign key (user_id) references public.users (id) on delete cascade
);

create table public.push_subscriptions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  endpoint text not null,
  p256dh_key text not null,
  auth_key text not null,
  user_agent text,
  is_active boolean not null default true,
  last_used_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  primary key (id),
  unique (endpoint),
  foreign key (user_id) references public.users (id) on delete cascade
);
create index push_subscriptions_user_id_idx on public.push_subscriptions (user_id);

create table public.notification_deliveries (
  id uuid not null default gen_random_uuid(),
  event_id uuid,
  subscription_id uuid,
  recipient_user_id uuid not null,
  channel text not null,
  channel_identifier text,
  status text not null default 'pending',
  payload jsonb not null default '{}',
  sent_at timestamptz,
  delivered_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  failed_at timestamptz,
  bounced_at timestamptz,
  attempts integer default 0,
  max_attempts integer default 3,
  last_error text,
  external_id text,
  tracking_id text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  correlation_id uuid not null default gen_random_uuid(),
  primary key (id),
  constraint notification_deliveries_channel_is_known check (channel in ('push', 'email', 'sms', 'in_app')),
  constraint notification_deliveries_status_is_known check (
    status in ('pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked')
  ),
  constraint notification_deliveries_attempts_are_counted check (attempts >= 0 and max_attempts > 0),
  foreign key (event_id) references public.notification_events (id) on delete cascade,
  foreign key (subscription_id) references public.notification_subscriptions (id) on delete set null,
  foreign key (recipient_user_id) references public.users (id) on delete cascade
);
-- One event reaches a recipient once on each channel and address, however often it is handed out.
create unique index notification_deliveries_once_idx
on public.notification_deliveries (event_id, recipient_user_id, channel, channel_identifier) nulls not distinct
where event_id is not null;
create index notification_deliveries_subscription_id_idx on public.notification_deliveries (subscription_id);
create index notification_deliveries_recipient_idx on public.notification_deliveries (recipient_user_id, created_at);
create index notification_deliveries_status_idx on public.notification_deliveries (status);
create index notification_deliveries_channel_idx on public.notification_deliveries (channel);
create index notification_deliveries_created_at_idx on public.notification_deliveries (created_at);
create index notification_deliveries_external_id_idx on public.notification_deliveries (external_id)
where external_id is not null;
create index notification_deliveries_tracking_id_idx on public.notification_deliveries (tracking_id)
where tracking_id is not null;

comment on table public.notification_events is 'What happened: an immutable log.';
comment on table public.notification_subscriptions is 'Who wants to hear of which event.';
comment on table public.user_notification_preferences is
'How a user wants to hear of an event: channels, hours, limits.';
comment on table public.push_subscriptions is 'Where a browser or device of a user takes Web Push.';
comment on table public.notification_deliveries is
'One event on its way to one recipient through one channel and address.';
comment on column public.notification_deliveries.channel_identifier is
'Phone number, e-mail address or push endpoint, at the time of the event.';
comment on column public.notification_deliveries.external_id is
'The provider''s id: for a text, Twilio''s message SID.';

select herald.close_table('public.notification_events');
select herald.close_table('public.notification_subscriptions');
select herald.close_table('public.user_notification_preferences');
select herald.close_table('public.push_subscriptions');
select herald.close_table('public.notification_deliveries');

commit;
