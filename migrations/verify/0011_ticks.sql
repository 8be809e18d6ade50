-- Verify pgherald:0011_ticks on pg

begin;

select 1 / count(*) from herald.ticks;
select is_only_row, last_ticked_at from herald.ticks where false;

rollback;
