-- Verify pgherald:0029_held_by_id on pg

begin;

select
  1 / (
    pg_catalog.pg_get_indexdef('public.queue_jobs_held_idx'::regclass) like '%(id) INCLUDE (job_type)%'
  )::integer;

rollback;
