-- A database that was restored knows nothing of what went after its backup was made, and would send it again. What was
-- due until the lost one ended is held as a text in doubt is: the runners look for it in the provider's list, and what
-- is not found there is shown, not sent. For e-mail and push nobody keeps such a list: they end, and can be redriven.
--
-- What the lost one had planned in that time is planned here first, as of its end, or the next tick would send it.
create or replace function public.hold_after_restore(
  p_restored_to timestamptz,
  p_lost_at timestamptz,
  p_now timestamptz default now()
)
returns table (held_texts integer, ended_notifications integer)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_reason constant text := 'restored: it may have gone before the database was lost';
  v_texts uuid[];
  v_deliveries uuid[];
begin
  if p_restored_to is null or p_lost_at is null then
    raise exception '% is null', case when p_restored_to is null then 'p_restored_to' else 'p_lost_at' end
      using errcode = '22004', hint = 'Say up to when the database knows, and when the last runner worked on the lost one.';
  end if;
  if not (isfinite(p_restored_to) and p_restored_to <= p_lost_at and p_lost_at <= v_now) then
    raise exception 'p_restored_to % and p_lost_at % do not lie one after the other before p_now', p_restored_to, p_lost_at
      using errcode = '22023', hint = 'The database knows what happened until p_restored_to; the lost one ended later.';
  end if;
  if not (select setting.kill_switch from herald.settings as setting) then
    raise exception 'the kill switch is off'
      using errcode = '55000',
        hint = 'Runners may be sending. Run: update herald.settings set kill_switch = true, and then this again.';
  end if;

  while herald.recur_series(p_lost_at, false) + herald.recur_series(p_lost_at, true) > 0 loop
    null;
  end loop;
  while herald.tell_latecomers(p_lost_at) + herald.flush_digests(p_lost_at) > 0 loop
    null;
  end loop;

  -- What was in doubt already was decided there, perhaps: if it was sent again, until the end.
  update herald.sms_attempts as attempt
  set finished_at = greatest(attempt.finished_at, p_lost_at)
  from public.sms_messages as message
  inner join public.queue_jobs as job on job.id = message.queue_job_id
  where attempt.id = herald.current_attempt(message.id)
    and attempt.outcome = 'unknown'
    and message.status = 'sending'
    and job.status = 'processing'
    and job.lease_expires_at is null;

  v_texts := array(
    select message.id
    from public.sms_messages as message
    left join public.queue_jobs as job on job.id = message.queue_job_id
    where message.status in ('pending', 'scheduled', 'queued')
      -- A series never goes itself.
      and message.recurrence_pattern is null
      and coalesce(job.scheduled_for, message.scheduled_for, message.created_at) <= p_lost_at
    order by message.queue_job_id, message.id
    for no key update of message
  );
  update public.sms_messages
  set status = 'queued'
  where id = any (v_texts) and status in ('pending', 'scheduled');

  update public.queue_jobs as job
  set
    -- It is on record as an attempt, and costs none.
    status = 'processing', attempts = job.attempts + 1, max_attempts = job.max_attempts + 1,
    processing_token = gen_random_uuid(), lease_expires_at = null, error_message = v_reason
  from public.sms_messages as message
  where message.id = any (v_texts) and job.id = message.queue_job_id;

  update public.sms_messages as message
  set status = 'sending', attempt_count = job.attempts, next_retry_at = null, look_at = v_now
  from public.queue_jobs as job
  where message.id = any (v_texts) and job.id = message.queue_job_id;

  -- Between these instants it was made, if it was: that is where the list is searched. By whom nobody knows, and that is
  -- what marks it as held: without a sender it is never sent again by itself.
  insert into herald.sms_attempts (
    message_id, job_id, attempt, started_at, finished_at, outcome, error_message
  )
  select id, queue_job_id, attempt_count, p_restored_to, p_lost_at, 'unknown', v_reason
  from public.sms_messages
  where id = any (v_texts);

  v_deliveries := array(
    select delivery.id
    from public.notification_deliveries as delivery
    left join public.queue_jobs as job on job.id = delivery.queue_job_id
    where delivery.status = 'pending'
      and delivery.channel in ('email', 'push')
      and coalesce(job.scheduled_for, delivery.scheduled_for, delivery.created_at) <= p_lost_at
  );
  perform herald.cancel_jobs(array_agg(queue_job_id), v_reason, v_now)
  from public.notification_deliveries
  where id = any (v_deliveries)
  having count(queue_job_id) > 0;
  update public.notification_deliveries
  set status = 'failed', failed_at = v_now, suppressed_reason = v_reason
  where id = any (v_deliveries) and status = 'pending';

  return query select cardinality(v_texts), cardinality(v_deliveries);
end;
$$;

comment on function public.hold_after_restore(timestamptz, timestamptz, timestamptz) is
$$Keeps a restored database from sending again what the lost one has sent; call it before the first tick and runner.

Texts due by then are in doubt and looked for in the provider's list; e-mails and push messages end as failed, and
redrive_notification sends them.

p_restored_to: the database knows what happened until then.
p_lost_at: when the last runner may have worked on the lost one.

Errors: 55000 the kill switch is off; 22004 an instant is missing; 22023 they make no sense together.

Example: {"p_restored_to": "2026-03-01T06:00:00Z", "p_lost_at": "2026-03-01T06:40:00Z"}$$;

revoke execute on function public.hold_after_restore(timestamptz, timestamptz, timestamptz) from public;
grant execute on function public.hold_after_restore(timestamptz, timestamptz, timestamptz) to herald_runner;
