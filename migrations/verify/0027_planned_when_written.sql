-- Verify pgherald:0027_planned_when_written on pg

begin;

select 1 / count(*)
from herald.transitions
where machine = 'message' and from_status = '(start)' and to_status = 'queued';

rollback;
