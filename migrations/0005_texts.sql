-- Deploy pgherald:0005_texts to pg
-- depends: 0003_notifications 0004_queue
-- transactional: false

begin;

set local lock_timeout = '5s';

create type public.sms_status as enum (
  'pending', 'queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered', 'scheduled', 'cancelled'
);

create type public.sms_priority as enum ('low', 'normal', 'high', 'urgent');

create table herald.sms_categories (
  category text not null,
  toggle_column text not null,
  default_expiry interval,
  constraint sms_categories_pkey primary key (category),
  constraint sms_categories_expiry_is_positive check (default_expiry > interval '0')
);
comment on table herald.sms_categories is
'Kinds of texts a user can switch off. A text without a category is transactional and has no switch.';
comment on column herald.sms_categories.toggle_column is 'The column of user_sms_preferences that switches it.';
comment on column herald.sms_categories.default_expiry is
'How long after its time such a text is still worth sending; null for ever. A reminder after the event is worse than '
'none.';

insert into herald.sms_categories (category, toggle_column, default_expiry)
values
('task_reminder', 'task_reminders', '4 hours'),
('daily_brief', 'daily_brief_sms', '6 hours'),
('urgent_alert', 'urgent_alerts', '4 hours'),
('morning_kickoff', 'morning_kickoff_enabled', '3 hours'),
('evening_recap', 'evening_recap_enabled', '3 hours'),
('next_up', 'next_up_enabled', '30 minutes'),
('event_reminder', 'event_reminders_enabled', '1 hour');

create table public.sms_templates (
  id uuid not null default gen_random_uuid(),
  template_key varchar(100) not null,
  name varchar(255) not null,
  description text,
  message_template text not null,
  template_vars jsonb default '{}',
  required_vars jsonb default '[]',
  max_length integer default 160,
  is_active boolean default true,
  usage_count integer default 0,
  last_used_at timestamptz,
  created_by uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  primary key (id),
  unique (template_key),
  constraint sms_templates_key_is_snake_case check (template_key ~ '^[a-z0-9_]+$'),
  -- Every kind of white space: trim() alone takes only blanks.
  constraint sms_templates_body_is_not_blank check (message_template ~ '[^[:space:]]'),
  constraint sms_templates_vars_are_an_object check (jsonb_typeof(template_vars) = 'object'),
  constraint sms_templates_required_vars_are_a_list check (jsonb_typeof(required_vars) = 'array'),
  -- Twilio takes 1,600 characters.
  constraint sms_templates_max_length_is_sendable check (max_length between 1 and 1600),
  foreign key (created_by) references public.users (id) on delete set null
);
create index sms_templates_created_by_idx on public.sms_templates (created_by);

comment on table public.sms_templates is 'Texts with {{variables}}, rendered when a text is queued.';
comment on column public.sms_templates.max_length is 'Characters of the rendered text.';
comment on column public.sms_templates.usage_count is
'Texts made from it; folded in by tick() from an append-only log.';

insert into public.sms_templates (template_key, name, description, message_template, template_vars, required_vars)
values
(
  'task_reminder', 'Task reminder', 'A task comes due.',
  'BuildOS: {{task_name}} is due {{due_time}}. {{task_context}}',
  '{"task_name": "string", "due_time": "string", "task_context": "string"}', '["task_name", "due_time"]'
),
(
  'daily_brief_ready', 'Daily brief ready', 'The daily brief has been written.',
  'Your BuildOS daily brief is ready! Key focus: {{main_focus}}. Check the app for details.',
  '{"main_focus": "string"}', '["main_focus"]'
),
(
  'urgent_task', 'Urgent task', 'A task that cannot wait.',
  'URGENT: {{task_name}} needs attention. Due: {{due_date}}. Reply STOP to opt out.',
  '{"task_name": "string", "due_date": "string"}', '["task_name", "due_date"]'
);

-- Appended to, never updated: a counter row would make all texts of one template wait for each other.
create table herald.sms_template_uses (
  template_id uuid not null,
  used_at timestamptz not null,
  constraint sms_template_uses_template_id_fkey
  foreign key (template_id) references public.sms_templates (id) on delete cascade
);
create index sms_template_uses_template_id_idx on herald.sms_template_uses (template_id);
comment on table herald.sms_template_uses is 'Uses not yet folded into sms_templates.usage_count.';

create table public.user_sms_preferences (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  phone_number text,
  phone_verified boolean default false,
  phone_verified_at timestamptz,
  task_reminders boolean default false,
  daily_brief_sms boolean default false,
  urgent_alerts boolean default true,
  morning_kickoff_enabled boolean default false,
  morning_kickoff_time time,
  evening_recap_enabled boolean default false,
  next_up_enabled boolean default false,
  event_reminders_enabled boolean default false,
  quiet_hours_start time default '21:00',
  quiet_hours_end time default '08:00',
  timezone text default 'America/Los_Angeles',
  daily_sms_limit integer default 10,
  daily_sms_count integer default 0,
  daily_count_reset_at timestamptz default now(),
  opted_out boolean default false,
  opted_out_at timestamptz,
  opt_out_reason text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  primary key (id),
  unique (user_id),
  constraint user_sms_preferences_phone_is_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  constraint user_sms_preferences_limit_is_not_negative check (daily_sms_limit >= 0),
  constraint user_sms_preferences_count_is_not_negative check (daily_sms_count >= 0),
  foreign key (user_id) references public.users (id) on delete cascade
);
create index user_sms_preferences_phone_number_idx on public.user_sms_preferences (phone_number);

comment on table public.user_sms_preferences is 'A user''s number, wishes, limits and consent. One row a user.';
comment on column public.user_sms_preferences.phone_number is 'E.164. Changing it makes it unverified.';
comment on column public.user_sms_preferences.daily_sms_limit is 'Texts per local day of the user; 0 means none.';
comment on column public.user_sms_preferences.timezone is 'IANA name, such as Europe/Berlin.';

create table public.sms_messages (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  phone_number text not null,
  message_content text not null,
  template_id uuid,
  template_vars jsonb,
  status public.sms_status not null default 'pending',
  priority public.sms_priority not null default 'normal',
  scheduled_for timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  twilio_sid text,
  twilio_status text,
  twilio_error_code integer,
  twilio_error_message text,
  attempt_count integer default 0,
  max_attempts integer default 3,
  next_retry_at timestamptz,
  queue_job_id uuid,
  notification_delivery_id uuid,
  project_id uuid,
  task_id uuid,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  category text,
  expires_at timestamptz,
  failed_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  correlation_id uuid not null default gen_random_uuid(),
  idempotency_key text,
  request_digest bytea,
  segment_count integer,
  recurrence_pattern text,
  recurrence_ends timestamptz,
  parent_message_id uuid,
  primary key (id),
  constraint sms_messages_phone_is_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
  constraint sms_messages_body_is_sendable check (
    message_content ~ '[^[:space:]]' and char_length(message_content) <= 1600
  ),
  constraint sms_messages_scheduled_has_time check (status <> 'scheduled' or scheduled_for is not null),
  constraint sms_messages_attempts_are_counted check (attempt_count >= 0 and max_attempts > 0),
  foreign key (user_id) references public.users (id) on delete cascade,
  foreign key (template_id) references public.sms_templates (id) on delete set null,
  foreign key (queue_job_id) references public.queue_jobs (id) on delete set null,
  foreign key (notification_delivery_id) references public.notification_deliveries (id) on delete set null,
  foreign key (project_id) references public.projects (id) on delete set null,
  foreign key (task_id) references public.tasks (id) on delete set null,
  foreign key (category) references herald.sms_categories (category),
  foreign key (parent_message_id) references public.sms_messages (id) on delete set null
)
with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);

create index sms_messages_user_id_status_idx on public.sms_messages (user_id, status);
create index sms_messages_scheduled_for_idx on public.sms_messages (scheduled_for)
where status in ('pending', 'scheduled');
create unique index sms_messages_queue_job_id_idx on public.sms_messages (queue_job_id)
where queue_job_id is not null;
create unique index sms_messages_notification_delivery_id_idx on public.sms_messages (notification_delivery_id)
where notification_delivery_id is not null;
create unique index sms_messages_twilio_sid_idx on public.sms_messages (twilio_sid)
where twilio_sid is not null;
create unique index sms_messages_idempotency_key_idx on public.sms_messages (user_id, idempotency_key)
where idempotency_key is not null;
create index sms_messages_project_id_idx on public.sms_messages (project_id) where project_id is not null;
create index sms_messages_task_id_idx on public.sms_messages (task_id) where task_id is not null;
create index sms_messages_template_id_idx on public.sms_messages (template_id) where template_id is not null;
create index sms_messages_created_at_idx on public.sms_messages (created_at);
-- Statistics ask by any of these; a block range index costs a write next to nothing.
create index sms_messages_times_idx on public.sms_messages
using brin (scheduled_for, sent_at, delivered_at, failed_at, cancelled_at)
with (pages_per_range = 32, autosummarize = on);
create index sms_messages_calendar_event_idx on public.sms_messages ((metadata ->> 'calendar_event_id'))
where metadata ->> 'calendar_event_id' is not null;
create index sms_messages_parent_message_id_idx on public.sms_messages (parent_message_id)
where parent_message_id is not null;

comment on table public.sms_messages is 'Every text: what it says, to whom, when, and what became of it.';
comment on column public.sms_messages.scheduled_for is 'Not before this instant; null means at once.';
comment on column public.sms_messages.expires_at is 'Not after this instant; null means never too late.';
comment on column public.sms_messages.attempt_count is 'The attempts of its job, kept by the same statements.';
comment on column public.sms_messages.next_retry_at is 'When a text that failed for the moment is tried again.';
comment on column public.sms_messages.sent_at is 'When the provider accepted it.';
comment on column public.sms_messages.cancel_reason is 'Which rule or person stopped it.';
comment on column public.sms_messages.request_digest is
'Fingerprint of the request that used the idempotency key, to tell a repetition from a mistake.';
comment on column public.sms_messages.segment_count is 'Segments that the carrier will bill.';

select herald.close_table('public.sms_templates');
select herald.close_table('public.user_sms_preferences');
select herald.close_table('public.sms_messages');
grant select on herald.sms_categories to herald_runner;
grant select, insert, delete on herald.sms_template_uses to herald_runner;

commit;
