-- Verify pgherald:0002_transitions on pg

begin;

select 1 / count(*) from herald.transitions where machine = 'delivery';
select 1 / count(*) from herald.transitions where machine = 'job';
select 1 / count(*) from herald.transitions where machine = 'message';

rollback;
