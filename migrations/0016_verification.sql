-- Deploy pgherald:0016_verification to pg
-- depends: 0005_texts 0007_delivery 0014_consent
-- transactional: false

-- A category without a switch: nobody can have opted out of the text that they are waiting for.
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-not-null

begin;

set local lock_timeout = '5s';

alter table herald.sms_categories alter column toggle_column drop not null;
comment on column herald.sms_categories.toggle_column is
'The column of user_sms_preferences that switches it; null if it cannot be switched off.';
insert into herald.sms_categories (category, toggle_column, default_expiry)
values ('verification', null, '10 minutes')
on conflict (category) do nothing;

alter table herald.settings
add column verification_provider text not null default 'own',
add column verification_words text not null
default 'Your code is {{code}}. It is good for ten minutes. Tell it to nobody.',
add column verification_lifetime interval not null default '10 minutes',
add column verification_tries integer not null default 5,
add column verification_cooldown interval not null default '1 minute',
add constraint settings_verification_provider_is_known check (verification_provider in ('own', 'twilio_verify')),
add constraint settings_verification_words_have_the_code check (
  strpos(verification_words, '{{code}}') > 0 and char_length(verification_words) <= 160
),
add constraint settings_verification_times_are_positive check (
  verification_lifetime > interval '0' and verification_cooldown >= interval '0' and verification_tries > 0
);
comment on column herald.settings.verification_provider is
'Who makes and checks the codes that prove a number: own, a text of ours; or twilio_verify, the service of that name.';
comment on column herald.settings.verification_words is 'What a text with a code says.';
comment on column herald.settings.verification_lifetime is 'How long a code is good.';
comment on column herald.settings.verification_tries is 'How many wrong codes end a verification.';
comment on column herald.settings.verification_cooldown is 'How long until a user can ask for another code.';

-- How many codes may go: each one costs, and rings somebody's telephone. Rows, so that a team can draw its own lines.
create table herald.verification_limits (
  scope text not null,
  within interval not null,
  phone_prefix text not null default '+',
  most integer not null,
  constraint verification_limits_pkey primary key (scope, within, phone_prefix),
  constraint verification_limits_scope_is_known check (scope in ('user', 'number', 'country')),
  constraint verification_limits_are_positive check (within > interval '0' and most >= 0),
  constraint verification_limits_prefix_is_of_a_number check (phone_prefix ~ '^\+[0-9]{0,14}$')
);
comment on table herald.verification_limits is
'At most so many codes within a time: for a user, to a number, to all numbers of a country.';
comment on column herald.verification_limits.phone_prefix is
'For numbers that begin so; of several rows for one scope and time the longest holds. most 0: no code at all.';

insert into herald.verification_limits (scope, within, most)
values
('user', '1 hour', 5),
('user', '1 day', 10),
('number', '1 hour', 5),
('number', '1 day', 10),
('country', '10 minutes', 100);

-- Whoever writes the row has the turn: two who ask for the same number, or country, count one after the other.
create table herald.verification_turns (
  whose text not null,
  taken_at timestamptz not null,
  constraint verification_turns_pkey primary key (whose)
) with (fillfactor = 70);
comment on table herald.verification_turns is
'One row for each country, and each number (by its hash), of a verification, written to be locked.';

create table herald.phone_verifications (
  id uuid not null default gen_random_uuid(),
  user_id uuid,
  phone_number text,
  number_hash bytea not null,
  country text not null,
  provider text not null,
  salt bytea,
  code_hash bytea,
  message_id uuid,
  tries integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  outcome text,
  redacted_at timestamptz,
  constraint phone_verifications_pkey primary key (id),
  constraint phone_verifications_user_id_fkey foreign key (user_id) references public.users (id) on delete set null,
  constraint phone_verifications_message_id_fkey
  foreign key (message_id) references public.sms_messages (id) on delete set null,
  constraint phone_verifications_outcome_is_known check (
    outcome in ('verified', 'expired', 'too_many_tries', 'taken', 'superseded', 'deleted')
  ),
  constraint phone_verifications_are_of_a_user_or_over check (
    num_nulls(user_id, phone_number) = 0 or ended_at is not null
  ),
  constraint phone_verifications_end_with_an_outcome check ((ended_at is null) = (outcome is null))
);
create unique index phone_verifications_open_idx on herald.phone_verifications (user_id) where ended_at is null;
create index phone_verifications_user_id_idx on herald.phone_verifications (user_id, created_at);
create index phone_verifications_number_idx on herald.phone_verifications (number_hash, created_at);
create index phone_verifications_country_idx on herald.phone_verifications (country, created_at);
create index phone_verifications_message_id_idx on herald.phone_verifications (message_id)
where message_id is not null;
create index phone_verifications_readable_idx on herald.phone_verifications (expires_at) where redacted_at is null;
comment on table herald.phone_verifications is 'Codes on their way to a number that somebody says is theirs.';
comment on column herald.phone_verifications.user_id is
'null once the user is deleted: the row still counts against the limits, or an account made anew would lift them.';
comment on column herald.phone_verifications.number_hash is
'SHA-256 of the number, which is what the limits count by; the number itself goes with its user.';
comment on column herald.phone_verifications.code_hash is 'SHA-256 of salt and code; gone when it has ended.';
comment on column herald.phone_verifications.redacted_at is 'Since when the text with the code does not show it.';

-- What a runner is to ask of Twilio Verify, each once: of a request that got no answer nobody knows whether it was
-- carried out.
create table herald.verify_requests (
  id uuid not null default gen_random_uuid(),
  verification_id uuid not null,
  kind text not null,
  code text,
  code_hash bytea,
  created_at timestamptz not null,
  claimed_at timestamptz,
  outcome text,
  constraint verify_requests_pkey primary key (id),
  constraint verify_requests_verification_id_fkey
  foreign key (verification_id) references herald.phone_verifications (id) on delete cascade,
  constraint verify_requests_kind_is_known check (kind in ('start', 'check')),
  constraint verify_requests_outcome_is_known check (outcome in ('sent', 'approved', 'wrong', 'over', 'failed'))
);
create index verify_requests_verification_id_idx on herald.verify_requests (verification_id, created_at);
create index verify_requests_waiting_idx on herald.verify_requests (created_at) where claimed_at is null;
comment on table herald.verify_requests is 'Requests to Twilio Verify, for a runner to make.';
comment on column herald.verify_requests.code is 'The code to be checked; gone once a runner has it.';
comment on column herald.verify_requests.code_hash is 'SHA-256 of the verification''s id and the code.';
comment on column herald.verify_requests.outcome is
'sent: the code is on its way · approved, wrong: the code is · over: it was used up, or came too late · failed: '
'nothing came of it.';

grant select on herald.verification_limits to herald_runner;
grant select, insert, update, delete
on herald.verification_turns, herald.phone_verifications, herald.verify_requests to herald_runner;

commit;
