-- Deploy pgherald:0013_recurrence to pg
-- depends: 0012_permission
-- transactional: false

-- The indexes are on columns that are new or were not used, and so empty. Wall clocks have no zone of their own.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, adding-foreign-key-constraint
-- squawk-ignore-file prefer-timestamp-tz

begin;

set local lock_timeout = '5s';

-- Texts that a user's switch drives: one series each. Rows, so that a team can say when and what.
create table herald.sms_routines (
  category text not null,
  recurrence_pattern text not null default 'FREQ=DAILY',
  usual_time time not null,
  time_column text,
  words text,
  is_active boolean not null default true,
  constraint sms_routines_pkey primary key (category),
  constraint sms_routines_words_are_sendable check (words ~ '[^[:space:]]' and char_length(words) <= 1600),
  constraint sms_routines_category_fkey foreign key (category) references herald.sms_categories (category)
);
comment on table herald.sms_routines is
'Series that belong to a switch of user_sms_preferences: on plans one for the user, off ends it.';
comment on column herald.sms_routines.recurrence_pattern is 'RFC 5545, on the user''s wall clock.';
comment on column herald.sms_routines.usual_time is 'When it goes, for users who have not chosen a time.';
comment on column herald.sms_routines.time_column is
'The column of user_sms_preferences with the user''s own time; null if there is none.';
comment on column herald.sms_routines.words is
'What it says where herald.routine_words says nothing. Null: then nothing goes.';
comment on column herald.sms_routines.is_active is
'False plans no more of these. After a change here: select herald.plan_routines(null, now());';

-- What comes next and which events there are, only the application knows: it switches these on once it has words.
insert into herald.sms_routines (category, usual_time, time_column, words, is_active)
values
(
  'morning_kickoff', '08:00', 'morning_kickoff_time', 'Good morning! Your plan for today is ready in the app.', true
),
('evening_recap', '20:00', null, 'That was your day. See in the app what got done and what is left.', true),
('next_up', '12:30', null, null, false),
('event_reminder', '08:30', null, null, false);

-- The application's to replace, so it stands here and not among the functions that each upgrade installs anew.
create function herald.routine_words(p_category text, p_user_ids uuid[], p_at timestamptz)
returns table (user_id uuid, message text)
language sql
stable
set search_path = ''
as $body$
  select null::uuid, null::text where false;
$body$;
comment on function herald.routine_words(text, uuid[], timestamptz) is
'What a routine says to each of these users at p_at. Replace it with yours: it is never overwritten. A user without a '
'row gets the routine''s own words, if it has any; one whose message is null or blank gets nothing this time.';
revoke execute on function herald.routine_words(text, uuid[], timestamptz) from public;
grant execute on function herald.routine_words(text, uuid[], timestamptz) to herald_runner;

alter table public.sms_messages
add column recurrence_timezone text,
add column recurrence_start timestamp,
add column recurrence_last timestamp,
add column occurrence timestamp,
add column routine text,
add constraint sms_messages_routine_fkey foreign key (routine) references herald.sms_routines (category) not valid;
create unique index sms_messages_occurrence_idx on public.sms_messages (parent_message_id, occurrence)
where occurrence is not null;
create index sms_messages_series_idx on public.sms_messages (scheduled_for)
where recurrence_pattern is not null and status = 'scheduled';
create index sms_messages_routine_idx on public.sms_messages (routine) where routine is not null;
create unique index sms_messages_one_routine_idx on public.sms_messages (user_id, routine)
where routine is not null and status = 'scheduled';
comment on column public.sms_messages.recurrence_pattern is
'RFC 5545. A text that has one is a series: it never goes itself. Its occurrences are texts of their own, whose '
'parent_message_id it is; scheduled_for is the next one''s time.';
comment on column public.sms_messages.recurrence_ends is 'No occurrence after this instant; null means never.';
comment on column public.sms_messages.recurrence_timezone is
'The zone on whose wall clock the series recurs; null takes the user''s, wherever they move.';
comment on column public.sms_messages.recurrence_start is 'DTSTART, on the wall clock.';
comment on column public.sms_messages.recurrence_last is
'The last occurrence that got its text, on the wall clock; null if none did yet.';
comment on column public.sms_messages.occurrence is
'Which occurrence of its series this is, on the wall clock, whenever it goes. There is one text for each.';
comment on column public.sms_messages.routine is
'The routine whose series it is; null for other series, and for their occurrences.';

-- What plan/recur_series and plan/plan_routines pass from one statement to the next.
create type herald.due_occurrence as (series_id uuid, wall timestamp, at timestamptz, words text, reason text);
create type herald.wanted_routine as (
  user_id uuid, category text, recurrence_pattern text, phone_number text, words text, zone text, at_time time
);

grant select on herald.sms_routines to herald_runner;

commit;
