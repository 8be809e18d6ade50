-- Texts that the provider may or may not have. Looked up from the held jobs, of which there are few: a join may begin
-- with all texts.
create or replace function herald.sms_in_doubt()
returns table (started_at timestamptz)
language sql
stable
rows 10
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set enable_bitmapscan = 'off'
set jit = 'off'
as $$
  select job.started_at
  from public.queue_jobs as job
  where job.status = 'processing'
    and job.lease_expires_at is null
    -- Not as a condition on the texts: that could be looked for among all that are being sent.
    and (select message.status from public.sms_messages as message where message.queue_job_id = job.id) = 'sending';
$$;

comment on function herald.sms_in_doubt() is 'Since when the job of each text in doubt has run.';

revoke execute on function herald.sms_in_doubt() from public;
grant execute on function herald.sms_in_doubt() to herald_runner;
