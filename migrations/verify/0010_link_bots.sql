-- Verify pgherald:0010_link_bots on pg

begin;

select pattern, meaning from herald.link_bots where false;
select 1 / count(*) from herald.link_bots;

rollback;
