-- Sends a text again that failed, or that the carrier did not deliver: by somebody's decision only.
create or replace function public.redrive_sms(p_message_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text public.sms_messages;
  v_job_id uuid;
begin
  p_now := coalesce(p_now, now());
  perform herald.lock_text(p_message_id);
  -- The claim would only cancel it, and whoever asks would take it for sent.
  if exists (
    select
    from public.sms_messages as text
    where text.id = p_message_id
      and text.status in ('failed', 'undelivered')
      and text.category is distinct from 'verification'
      and text.number_erased_at is null
      and not exists (
        select
        from public.user_sms_preferences as wishes
        where wishes.user_id = text.user_id and wishes.phone_number = text.phone_number
      )
  ) then
    raise exception 'text % is for a number that is not its user''s any more', p_message_id
      using errcode = '22023', hint = 'Queue a new text: queue_sms_message takes the number that the user has today.';
  end if;

  select queue_job_id into v_job_id from public.sms_messages where id = p_message_id;
  if public.redrive_queue_job(v_job_id, p_now) then
    return true;
  end if;

  select *
  into v_text
  from public.sms_messages
  where id = p_message_id
    and status in ('failed', 'undelivered')
    -- While its runner has not said what came of the request, there may be one under way.
    and not exists (
      select from public.queue_jobs where id = v_job_id and status = 'processing' and lease_expires_at is not null
    );
  if not found then
    return false;
  end if;

  insert into public.queue_jobs (user_id, job_type, priority, max_attempts, correlation_id, metadata, scheduled_for)
  values (
    v_text.user_id, 'send_sms', herald.job_priority(v_text.priority), coalesce(v_text.max_attempts, 3),
    v_text.correlation_id, jsonb_build_object('message_id', v_text.id), p_now
  )
  returning id into v_job_id;

  update public.sms_messages set status = 'queued', queue_job_id = v_job_id where id = p_message_id;
  return true;
end;
$$;

comment on function public.redrive_sms(uuid, timestamptz) is
$$Queues a failed or undelivered text again, with all attempts; false if that cannot be.

False means that it is neither, or that its runner has still to say what came of the last request. It passes the gates
again: give a text that has expired a new expires_at first.

Errors: 22023 the user has another number by now; SMS01 it has been erased.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000003"}$$;

revoke execute on function public.redrive_sms(uuid, timestamptz) from public;
grant execute on function public.redrive_sms(uuid, timestamptz) to herald_runner;
