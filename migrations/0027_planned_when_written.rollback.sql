-- Revert pgherald:0027_planned_when_written from pg

begin;

delete from herald.transitions where machine = 'message' and from_status = '(start)' and to_status = 'queued';

commit;
