-- Deploy pgherald:0029_held_by_id to pg
-- depends: 0028_storage
-- transactional: false

-- Not concurrently: that cannot be part of a transaction, and some tools that apply these files make one of each. It
-- holds next to nothing, and takes one look through its table.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

begin;

set local lock_timeout = '5s';

-- By the id: a plan that was made beside few jobs takes this index for one job, too, and would read all of it.
drop index public.queue_jobs_held_idx;
create index queue_jobs_held_idx on public.queue_jobs (id) include (job_type)
where status = 'processing' and lease_expires_at is null;

commit;
