-- Deploy pgherald:0018_latecomers to pg
-- depends: 0009_fan_out
-- transactional: false

-- The events of open digests are few: one column more rewrites a small table.
-- squawk-ignore-file adding-required-field, adding-field-with-default

begin;

set local lock_timeout = '5s';

-- Whose row another transaction held when the event was emitted: what refers to a user waits for whoever has locked the
-- row. No reference to the user, for the same reason; who is gone when the turn comes is left out.
create table herald.notification_latecomers (
  event_id uuid not null,
  user_id uuid not null,
  noted_at timestamptz not null,
  constraint notification_latecomers_pkey primary key (event_id, user_id),
  constraint notification_latecomers_event_id_fkey
  foreign key (event_id) references public.notification_events (id) on delete cascade
);
create index notification_latecomers_noted_at_idx on herald.notification_latecomers (noted_at);
comment on table herald.notification_latecomers is
'Subscribers who could not be told at once, since somebody held their row of users: tick() tells them.';

-- Events of one transaction have one created_at, and are told in the order in which they were emitted.
alter table herald.notification_digest_events add column place bigint not null generated always as identity;
comment on column herald.notification_digest_events.place is 'In this order they are told.';

grant select, insert, update, delete on herald.notification_latecomers to herald_runner;

commit;
