-- Verify pgherald:0004_queue on pg

begin;

select
  id, user_id, job_type, queue_job_id, scheduled_for, priority, status, attempts, max_attempts, due_rank,
  processing_token, lease_expires_at, dedup_key
from public.queue_jobs where false;
select 'send_sms'::public.queue_type, 'retrying'::public.queue_status;

rollback;
