-- Revert pgherald:0002_transitions from pg

begin;

drop table herald.transitions;

commit;
