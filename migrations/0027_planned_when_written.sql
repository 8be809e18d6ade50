-- Deploy pgherald:0027_planned_when_written to pg
-- depends: 0002_transitions
-- transactional: false

begin;

set local lock_timeout = '5s';

-- A text that may go at once is written together with its job: a second version of its row would say nothing new.
insert into herald.transitions (machine, from_status, to_status, cause)
values ('message', '(start)', 'queued', 'written together with its job');

commit;
