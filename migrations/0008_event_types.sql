-- Deploy pgherald:0008_event_types to pg
-- depends: 0003_notifications 0005_texts
-- transactional: false

-- What is indexed here is as good as empty: nothing emitted events before.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

create table herald.event_types (
  event_type text not null,
  domain text not null generated always as (split_part(event_type, '.', 1)) stored,
  title text,
  is_admin_only boolean not null default false,
  subscribes_new_users boolean not null default false,
  sms_category text,
  sms_template_key varchar(100),
  default_expiry interval,
  constraint event_types_pkey primary key (event_type),
  constraint event_types_is_domain_and_action check (event_type ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$'),
  constraint event_types_title_is_not_blank check (title ~ '[^[:space:]]'),
  constraint event_types_expiry_is_positive check (default_expiry > interval '0'),
  constraint event_types_sms_category_fkey foreign key (sms_category) references herald.sms_categories (category),
  constraint event_types_sms_template_key_fkey
  foreign key (sms_template_key) references public.sms_templates (template_key) on update cascade on delete set null
);
create index event_types_sms_category_idx on herald.event_types (sms_category);
create index event_types_sms_template_key_idx on herald.event_types (sms_template_key);

comment on table herald.event_types is
'Events that can be emitted and subscribed to. A new one is an insert; only event_type must be given.';
comment on column herald.event_types.title is
'What a notification is called whose payload has no title; null makes one of the action''s words.';
comment on column herald.event_types.is_admin_only is 'Reaches only those whom herald.admin_user_ids() names.';
comment on column herald.event_types.subscribes_new_users is 'New users of the application are subscribed to it.';
comment on column herald.event_types.sms_category is
'The kind of text an event of this type becomes, which a user can switch off; null for a transactional one.';
comment on column herald.event_types.sms_template_key is
'The template of its texts, filled from the payload; null takes the words from the payload.';
comment on column herald.event_types.default_expiry is
'How long after its time an e-mail or push message is still worth sending; null takes settings.default_expiry.';

insert into herald.event_types (
  event_type, title, is_admin_only, subscribes_new_users, sms_category, sms_template_key
)
values
('user.signup', 'New user', true, false, null, null),
('user.trial_expired', 'Trial expired', true, false, null, null),
('payment.failed', 'Payment failed', true, false, null, null),
('error.critical', 'Critical error', true, false, 'urgent_alert', null),
('brief.completed', 'Your daily brief is ready', false, true, 'daily_brief', 'daily_brief_ready'),
('brief.failed', 'Your daily brief could not be made', false, true, 'daily_brief', null),
('brain_dump.processed', 'Your brain dump was processed', false, false, null, null),
('task.due_soon', 'A task is due soon', false, false, 'task_reminder', 'task_reminder'),
('project.phase_scheduled', 'A phase was scheduled', false, false, null, null),
('calendar.sync_failed', 'Your calendar could not be synchronised', false, false, null, null);

-- Rows may have been written before there was a list of types.
insert into herald.event_types (event_type)
select event_type from public.notification_events
union
select event_type from public.notification_subscriptions where event_type ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$'
union
select event_type from public.user_notification_preferences where event_type ~ '^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$'
on conflict do nothing;

alter table public.notification_events
add foreign key (event_type) references herald.event_types (event_type) not valid;
alter table public.notification_subscriptions
add foreign key (event_type) references herald.event_types (event_type) not valid;
alter table public.user_notification_preferences
add foreign key (event_type) references herald.event_types (event_type) not valid;
create index user_notification_preferences_event_type_idx on public.user_notification_preferences (event_type);

create table herald.admins (
  user_id uuid not null,
  constraint admins_pkey primary key (user_id),
  constraint admins_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade
);
comment on table herald.admins is 'Who gets events for administrators, unless herald.admin_user_ids() was replaced.';

-- The application's two answers. They are made here and not with the other functions, which every installation makes
-- anew: what a team puts in their place stays.
create function herald.admin_user_ids()
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $body$
  select user_id from herald.admins;
$body$;
comment on function herald.admin_user_ids() is
'The users who get events for administrators. Replace it if your application knows them: it is never overwritten.';
revoke execute on function herald.admin_user_ids() from public;
grant execute on function herald.admin_user_ids() to herald_runner;

create function herald.user_contacts(p_user_ids uuid[])
returns table (user_id uuid, email text, name text)
language sql
stable
security definer
set search_path = ''
as $body$
  select users.id, to_jsonb(users) ->> 'email', to_jsonb(users) ->> 'name'
  from public.users
  where users.id = any (p_user_ids);
$body$;
comment on function herald.user_contacts(uuid[]) is
'E-mail address and name of users, from columns of public.users where it has them. Replace it if your application '
'keeps them elsewhere: it is never overwritten.';
revoke execute on function herald.user_contacts(uuid[]) from public;
grant execute on function herald.user_contacts(uuid[]) to herald_runner;

-- Whoever was subscribed once without asking is not subscribed so again: ending it by deleting the row holds.
create table herald.automatic_subscriptions (
  user_id uuid not null,
  event_type text not null,
  constraint automatic_subscriptions_pkey primary key (user_id, event_type),
  constraint automatic_subscriptions_user_id_fkey
  foreign key (user_id) references public.users (id) on delete cascade,
  constraint automatic_subscriptions_event_type_fkey
  foreign key (event_type) references herald.event_types (event_type) on delete cascade
);
create index automatic_subscriptions_event_type_idx on herald.automatic_subscriptions (event_type);
comment on table herald.automatic_subscriptions is 'Who was subscribed to what without asking, once and for all.';

-- The users of before; new ones are subscribed as they come.
insert into herald.automatic_subscriptions (user_id, event_type)
select users.id, known.event_type
from public.users
cross join herald.event_types as known
where known.subscribes_new_users;

insert into public.notification_subscriptions (user_id, event_type)
select user_id, event_type from herald.automatic_subscriptions
on conflict (user_id, event_type) do nothing;

insert into public.user_notification_preferences (user_id, event_type)
select user_id, event_type from public.notification_subscriptions
on conflict (user_id, event_type) do nothing;

grant select, insert, update on herald.event_types to herald_runner;
grant select, insert, delete on herald.admins, herald.automatic_subscriptions to herald_runner;

commit;
