-- Revert pgherald:0029_held_by_id from pg

begin;

drop index public.queue_jobs_held_idx;
create index queue_jobs_held_idx on public.queue_jobs (job_type)
where status = 'processing' and lease_expires_at is null;

commit;
