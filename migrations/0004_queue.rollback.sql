-- Revert pgherald:0004_queue from pg

begin;

drop table public.queue_jobs;
drop type public.queue_status;
drop type public.queue_type;

commit;
