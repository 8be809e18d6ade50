-- Deploy pgherald:0020_privacy to pg
-- depends: 0009_fan_out 0014_consent 0017_reconciliation
-- transactional: false

-- What is indexed here is as good as empty, for the tables are new. The constraints are weaker than what held before.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, ban-drop-constraint

begin;

set local lock_timeout = '5s';

-- How long what is personal is kept. Rows, so that a team can keep what its own rules say.
create table herald.retention (
  policy text not null,
  keep interval,
  what text not null,
  constraint retention_pkey primary key (policy),
  constraint retention_policy_is_known check (
    policy in (
      'consent', 'events', 'inbound_numbers', 'inbound_words', 'links', 'notifications', 'sms_numbers', 'sms_reports',
      'sms_words', 'suppressed_numbers'
    )
  ),
  constraint retention_keeps_for_a_while check (keep > interval '0')
);

comment on table herald.retention is
'How long what is personal is kept once it is over; then tick() erases it, and what is counted stays.';
comment on column herald.retention.keep is 'From its end on; null for ever. A change holds from the next tick on.';
comment on column herald.retention.what is 'What is erased, and since when its time is counted.';

-- Ninety days answer what a recipient asks about a text, and a dispute about its bill; carriers ask about a number for
-- longer. A team may redrive or show notifications as long. What proves consent is kept until somebody says otherwise.
insert into herald.retention (policy, keep, what)
values
(
  'sms_words', '90 days',
  'Words, template values, metadata and idempotency key of texts that are over, from their last change of status on.'
),
('sms_numbers', '180 days', 'Numbers and error messages of texts that are over, from their last change of status on.'),
('sms_reports', '90 days', 'The other fields of the provider''s reports, from the last time each came.'),
('inbound_words', '90 days', 'Words and other fields of texts that came in, but for those that wait for a review.'),
('inbound_numbers', '180 days', 'Numbers of texts that came in; their hash stays.'),
('links', '1 year', 'Where short links lead, from when they were made, last followed or expired; then they are dead.'),
('notifications', '180 days', 'Payload, address and error of deliveries that are over.'),
('events', '180 days', 'Payload, metadata and idempotency key of events that nobody waits for.'),
('suppressed_numbers', '1 year', 'The readable number of a suppression. Its hash goes on stopping texts.'),
('consent', null, 'Number and words of the ledger of consent. The hash, the change and its time stay.');

revoke all on herald.retention from public;
grant select, update on herald.retention to herald_runner;

alter table public.sms_messages
add column words_erased_at timestamptz,
add column number_erased_at timestamptz,
drop constraint sms_messages_phone_is_e164,
add constraint sms_messages_phone_is_e164 check (
  phone_number ~ '^\+[1-9][0-9]{6,14}$' or number_erased_at is not null
) not valid,
add constraint sms_messages_erased_is_over check (
  status not in ('pending', 'scheduled', 'queued', 'sending') or num_nonnulls(words_erased_at, number_erased_at) = 0
) not valid;

comment on column public.sms_messages.words_erased_at is
'Since when its words, template values, metadata and idempotency key are gone. It cannot be sent again.';
comment on column public.sms_messages.number_erased_at is
'Since when its number and error message are gone. It cannot be sent again.';

alter table public.notification_deliveries add column erased_at timestamptz;
comment on column public.notification_deliveries.erased_at is
'Since when payload and address are gone. It cannot be sent again, and no list shows it.';

alter table public.notification_tracking_links add column erased_at timestamptz;
comment on column public.notification_tracking_links.erased_at is
'Since when it leads nowhere. Its clicks stay counted.';

-- An erasure goes on until nothing is left of what there was when it was asked for: also of what is just being sent,
-- which ends first.
create table herald.erasures (
  user_id uuid not null,
  requested_at timestamptz not null,
  continued_at timestamptz not null,
  finished_at timestamptz,
  number_hashes bytea[] not null default '{}',
  constraint erasures_pkey primary key (user_id)
);
create index erasures_open_idx on herald.erasures (continued_at) where finished_at is null;

comment on table herald.erasures is
'Whose data are (being) erased, without a reference: the row is the proof that it was done, also without the user.';
comment on column herald.erasures.requested_at is 'What came to be later is not part of it.';
comment on column herald.erasures.continued_at is
'When it was last its turn: what waits for one text holds up no other.';
comment on column herald.erasures.number_hashes is 'Numbers found so far; empty when it has finished.';

create table herald.erasure_rows (
  user_id uuid not null,
  kind text not null,
  row_id uuid not null,
  constraint erasure_rows_pkey primary key (user_id, kind, row_id),
  constraint erasure_rows_kind_is_known check (kind in ('text', 'delivery', 'event', 'suppression', 'job'))
);

comment on table herald.erasure_rows is
'What is left to be erased of open erasures. Without references: it can be a million rows at once, and goes by itself.';

-- The database forgets who an event was about when the user is deleted, and the event may have more in it.
create table herald.deleted_event_users (
  user_id uuid not null,
  event_id uuid not null,
  constraint deleted_event_users_pkey primary key (user_id, event_id),
  constraint deleted_event_users_event_id_fkey
  foreign key (event_id) references public.notification_events (id) on delete cascade
);
create index deleted_event_users_event_id_idx on herald.deleted_event_users (event_id);

comment on table herald.deleted_event_users is
'Actors and targets of events whose users are gone, until the event''s content is: a later erasure finds it by them.';

revoke all on herald.erasures, herald.erasure_rows, herald.deleted_event_users from public;
grant select, insert, update on herald.erasures to herald_runner;
-- 0019 left the runner no more of a link than what a visit changes, and nothing to change of a suppression.
grant update (destination_url, erased_at) on public.notification_tracking_links to herald_runner;
grant update (reason) on public.notification_suppressions to herald_runner;
grant select, insert, delete on herald.erasure_rows, herald.deleted_event_users to herald_runner;
-- An erasure forgets these.
grant delete on herald.notification_digests, herald.notification_turns to herald_runner;

commit;
