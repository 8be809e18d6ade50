-- Deploy pgherald:0011_ticks to pg
-- depends: 0001_foundation
-- transactional: false

begin;

set local lock_timeout = '5s';

-- Whoever holds this row ticks, and the others pass. A row and not an advisory lock, which any login could take and
-- keep.
create table herald.ticks (
  is_only_row boolean not null default true,
  last_ticked_at timestamptz not null default '-infinity',
  constraint ticks_pkey primary key (is_only_row),
  constraint ticks_has_one_row check (is_only_row)
) with (fillfactor = 50);
insert into herald.ticks default values;

comment on table herald.ticks is 'One row, which tick() locks while it works.';
comment on column herald.ticks.last_ticked_at is 'The instant that the last tick() was told.';

grant select, update on herald.ticks to herald_runner;

commit;
