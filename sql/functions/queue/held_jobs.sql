-- Which of these jobs are still held under these tokens, under a lease or, like a text in doubt, without one.
create or replace function herald.held_jobs(p_job_ids uuid[], p_processing_tokens uuid[])
returns setof uuid
language sql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
as $$
  select job.id
  from unnest(p_job_ids, p_processing_tokens) as given (id, processing_token)
  inner join public.queue_jobs as job on job.id = given.id and job.processing_token = given.processing_token;
$$;

comment on function herald.held_jobs(uuid[], uuid[]) is
'The ids of those jobs that are held under the given tokens, with or without a lease.';

revoke execute on function herald.held_jobs(uuid[], uuid[]) from public;
grant execute on function herald.held_jobs(uuid[], uuid[]) to herald_runner;
