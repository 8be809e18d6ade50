-- Revert pgherald:0010_link_bots from pg

begin;

drop table herald.link_bots;

commit;
