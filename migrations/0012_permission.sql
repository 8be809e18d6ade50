-- Deploy pgherald:0012_permission to pg
-- depends: 0005_texts 0007_delivery
-- transactional: false

-- The index is on a column that is new, and so empty.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid

begin;

set local lock_timeout = '5s';

alter table herald.settings
add column least_validity interval not null default '10 seconds',
add column default_daily_limit integer default 10,
add constraint settings_validity_is_positive check (least_validity > interval '0'),
add constraint settings_daily_limit_is_not_negative check (default_daily_limit >= 0);
comment on column herald.settings.least_validity is
'A text that quiet hours or a legal window would stop sooner than this waits until they are over: it might arrive in '
'them.';
comment on column herald.settings.default_daily_limit is
'Texts per local day of a user whose own daily_sms_limit is null; null for no limit.';

alter table public.user_sms_preferences
add column marketing_enabled boolean default false,
add column hourly_sms_limit integer,
add constraint user_sms_preferences_hourly_limit_is_not_negative check (hourly_sms_limit >= 0) not valid;
comment on column public.user_sms_preferences.hourly_sms_limit is
'Texts within any hour; 0 means none, null no such limit.';
comment on column public.user_sms_preferences.daily_sms_limit is
'Texts per local day of the user; 0 means none, null what settings.default_daily_limit says.';
comment on column public.user_sms_preferences.quiet_hours_start is
'No text from here on, on the user''s clock, until quiet_hours_end; both null, or the same: no quiet hours.';
comment on column public.user_sms_preferences.daily_sms_count is
'Texts counted on the local day of daily_count_reset_at; of another day it says nothing.';

insert into herald.sms_categories (category, toggle_column, default_expiry)
values ('marketing', 'marketing_enabled', '12 hours')
on conflict (category) do nothing;

alter table public.sms_messages
add column deferred_from timestamptz,
add column deferred_until timestamptz,
add column defer_reason text,
add column counted_at timestamptz;
create index sms_messages_counted_at_idx on public.sms_messages (user_id, counted_at) where counted_at is not null;
comment on column public.sms_messages.deferred_from is
'When it was to go before a gate moved scheduled_for to deferred_until; defer_reason says which gate.';
comment on column public.sms_messages.deferred_until is 'Where a gate moved scheduled_for to.';
comment on column public.sms_messages.counted_at is
'When it was counted against the user''s limits; null if it was not, or was given back.';

alter table herald.sms_attempts add column valid_until timestamptz;
comment on column herald.sms_attempts.valid_until is
'After this the provider must not deliver it any more: quiet hours, a legal window, or its expiry. Null: no such time.';

-- When the law lets texts go. Rows, so that a team can keep what its lawyers say.
create table herald.legal_windows (
  id bigint generated always as identity,
  phone_prefix text not null,
  category text,
  opens time not null,
  closes time not null,
  timezone text,
  is_active boolean not null default false,
  source text not null,
  constraint legal_windows_pkey primary key (id),
  constraint legal_windows_are_said_once unique nulls not distinct (phone_prefix, category, opens, closes, timezone),
  constraint legal_windows_prefix_is_of_a_number check (phone_prefix ~ '^\+[0-9]{0,14}$'),
  constraint legal_windows_are_open_some_time check (opens <> closes),
  constraint legal_windows_category_fkey foreign key (category) references herald.sms_categories (category)
);
create index legal_windows_category_idx on herald.legal_windows (category);
comment on table herald.legal_windows is
'Texts to numbers that begin so go only between these times of the recipient''s day. Of several that match, all hold; '
'nothing passes them, urgent texts neither.';
comment on column herald.legal_windows.phone_prefix is '+1 for a country, +1212 for an area, + for all numbers.';
comment on column herald.legal_windows.category is 'Which texts; null for all of them.';
comment on column herald.legal_windows.timezone is 'IANA name; null takes the user''s own zone.';
comment on column herald.legal_windows.is_active is 'Nothing is enforced before a team switches it on.';
comment on column herald.legal_windows.source is 'Where it stands.';

insert into herald.legal_windows (phone_prefix, category, opens, closes, source)
values (
  '+1', 'marketing', '08:00', '21:00',
  'United States, 47 CFR 64.1200(c)(1): no solicitation before 8 a.m. or after 9 p.m. at the called party''s location'
);

revoke all on herald.legal_windows from public;
grant select on herald.legal_windows to herald_runner;

commit;
