-- Cancels one job. A text that is on its way cannot be called back: only the provider knows whether it went, and
-- cancelling its job would throw the answer away.
create or replace function public.cancel_job_with_reason(
  p_job_id uuid,
  p_reason text,
  p_allow_processing boolean default false
)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
    from herald.cancel_jobs(
      (
        select array_agg(id)
        from public.queue_jobs
        where id = p_job_id
          and (status in ('pending', 'retrying') or (status = 'processing' and coalesce(p_allow_processing, false)))
      ),
      p_reason,
      now()
    )
  );
$$;

comment on function public.cancel_job_with_reason(uuid, text, boolean) is
$$Cancels a job that waits, or with p_allow_processing one that runs; true if it was cancelled.

The text of a send_sms job is cancelled with it; one that is being sent is not cancelled. An unknown job gives false.

Example: {"p_job_id": "30000000-0000-4000-8000-000000000001", "p_reason": "the invoice was withdrawn"}$$;

revoke execute on function public.cancel_job_with_reason(uuid, text, boolean) from public;
grant execute on function public.cancel_job_with_reason(uuid, text, boolean) to herald_runner;
