-- Revert pgherald:0011_ticks from pg

begin;

drop table herald.ticks;

commit;
