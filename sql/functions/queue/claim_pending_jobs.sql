-- Claims work of any type for a worker in any language. A text among it has passed the gates like one of claim_sms, and
-- its number and words are joined in here: they are stored once, with the text.
create or replace function public.claim_pending_jobs(
  p_job_types text[],
  p_batch_size integer default 5,
  p_lease interval default '2 minutes',
  p_now timestamptz default now()
)
returns table (
  id uuid,
  queue_job_id text,
  user_id uuid,
  job_type text,
  metadata jsonb,
  status text,
  priority integer,
  attempts integer,
  max_attempts integer,
  scheduled_for timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  error_message text,
  processing_token uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_job_types constant public.queue_type[] := herald.parse_job_types(p_job_types);
  v_jobs public.queue_jobs[];
  v_texts herald.sms_attempts[];
  v_notifications uuid[];
begin
  p_now := coalesce(p_now, now());
  perform herald.check_claim(p_batch_size, p_lease);

  -- What has no gates is not gathered to pass them: that would cost a quarter of the claim.
  if not v_job_types && array['send_sms', 'send_notification']::public.queue_type[] then
    return query
    select
      job.id, job.queue_job_id, job.user_id, job.job_type::text, job.metadata, job.status::text, job.priority,
      job.attempts, job.max_attempts, job.scheduled_for, job.created_at, job.updated_at, job.started_at,
      job.completed_at, job.error_message, job.processing_token
    from herald.claim_jobs(v_job_types, p_batch_size, p_lease, p_now) as job;
    return;
  end if;

  select array_agg(job order by job.due_rank, job.id)
  into v_jobs
  from herald.claim_jobs(v_job_types, p_batch_size, p_lease, p_now) as job;

  select array_agg(admitted)
  into v_texts
  from herald.admit_sms(
    array(select claimed.id from unnest(v_jobs) as claimed where claimed.job_type = 'send_sms'), null, null, p_now
  ) as admitted;

  select array_agg(admitted)
  into v_notifications
  from herald.admit_notifications(
    array(select claimed.id from unnest(v_jobs) as claimed where claimed.job_type = 'send_notification'), p_now
  ) as admitted;

  return query
  select
    job.id, job.queue_job_id, job.user_id, job.job_type::text,
    case
      when job.job_type <> 'send_sms' then job.metadata
      else case when jsonb_typeof(message.metadata) = 'object' then message.metadata else '{}' end
        || case when jsonb_typeof(job.metadata) = 'object' then job.metadata else '{}' end
        || jsonb_build_object(
          'message_id', message.id,
          'phone_number', message.phone_number,
          'message', message.message_content,
          'user_id', message.user_id,
          'priority', message.priority,
          'attempt_id', attempt.id,
          'valid_until', attempt.valid_until
        )
    end,
    job.status::text, job.priority, job.attempts, job.max_attempts, job.scheduled_for, job.created_at, job.updated_at,
    job.started_at, job.completed_at, job.error_message, job.processing_token
  from unnest(v_jobs) with ordinality as job
  left join unnest(v_texts) as attempt on attempt.job_id = job.id
  left join public.sms_messages as message on message.id = attempt.message_id
  where case job.job_type
    when 'send_sms' then attempt.id is not null
    when 'send_notification' then job.id = any (v_notifications)
    else true
  end
  order by job.ordinality;
end;
$$;

comment on function public.claim_pending_jobs(text[], integer, interval, timestamptz) is
$$Claims due jobs of the given types for the length of p_lease, most urgent first.

Every later call about a job needs its processing_token. What may not go is not returned.

metadata: what was given with the job; of a send_sms job also message_id, phone_number, message, user_id, priority,
  attempt_id and valid_until (not to be delivered after it; null: no such time); of a send_notification job event_id,
  delivery_id, channel and event_type.

Errors: 22023 unknown type, batch size or lease that makes no sense; 22004 null types.

Example: {"p_job_types": ["other"], "p_batch_size": 10}$$;

revoke execute on function public.claim_pending_jobs(text[], integer, interval, timestamptz) from public;
grant execute on function public.claim_pending_jobs(text[], integer, interval, timestamptz) to herald_runner;
