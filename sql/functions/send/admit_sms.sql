-- Takes claimed send_sms jobs through the gates. What passes is `sending`, with an attempt on record, before anybody
-- makes a request; what may not go ends or waits here, with the reason, and nobody gets to see it.
--
-- A text that somebody else is just changing, or the delivery it carries, or its user's limits, is not waited for: its
-- job goes back for a moment. A job whose text does not wait for it, whatever became of the text, ends; if the text is
-- being sent under it already, it is held until somebody knows what became of that.
create or replace function herald.admit_sms(p_job_ids uuid[], p_sender text, p_runner text, p_now timestamptz)
returns setof herald.sms_attempts
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each batch costs more than a text. That may be while tables are empty, and
-- so each table is bound by a list of keys, or asked row by row: a join alone might come to read all of it.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_texts public.sms_messages[];
  v_strays public.sms_messages[];
  v_admitted uuid[];
  v_valid_until timestamptz[];
  v_stopped uuid[];
  v_verdicts text[];
  v_reasons text[];
  v_until timestamptz[];
begin
  if coalesce(cardinality(p_job_ids), 0) = 0 then
    return;
  end if;

  with locked as materialized (
    select *
    from public.sms_messages
    where queue_job_id = any (p_job_ids)
    order by queue_job_id
    for no key update skip locked
  ),
  free as materialized (
    select id
    from public.notification_deliveries
    where id = any (array(select locked.notification_delivery_id from locked))
    order by id
    for no key update skip locked
  ),
  -- Whoever holds these counts alone.
  counting as materialized (
    select user_id
    from public.user_sms_preferences
    where user_id = any (array(select locked.user_id from locked where locked.status = 'queued'))
    order by user_id
    for no key update skip locked
  )
  select
    -- The most urgent first, as they were claimed, and of those that were moved to the same instant what has waited for
    -- longer: they get what is left of a limit.
    array_agg(
      locked::public.sms_messages
      order by
        (select job.due_rank from public.queue_jobs as job where job.id = locked.queue_job_id),
        coalesce(locked.deferred_from, locked.scheduled_for, locked.created_at),
        locked.id
    ) filter (where locked.status = 'queued'),
    array_agg(locked::public.sms_messages) filter (where locked.status <> 'queued')
  into v_texts, v_strays
  from locked
  where (notification_delivery_id is null or notification_delivery_id in (select free.id from free))
    and (
      locked.status <> 'queued'
      or locked.user_id in (select counting.user_id from counting)
      or (select true from public.user_sms_preferences as wishes where wishes.user_id = locked.user_id) is null
    );

  if v_strays is not null then
    update public.queue_jobs as job
    set lease_expires_at = null, attempts = job.attempts - 1, error_message = 'claimed while its text was being sent'
    from unnest(v_strays) as stray
    where job.id = stray.queue_job_id and stray.status = 'sending';

    update herald.sms_attempts
    set outcome = 'unknown', finished_at = p_now
    where outcome is null
      and message_id in (select stray.id from unnest(v_strays) as stray where stray.status = 'sending');

    update public.queue_jobs as job
    set
      status = 'cancelled', completed_at = p_now, error_message = format('still_wanted: the text is %s', stray.status)
    from unnest(v_strays) as stray
    where job.id = stray.queue_job_id and stray.status <> 'sending';
  end if;

  with decided as materialized (
    select * from herald.decide_sms(v_texts, array[p_now], p_sender, p_is_brief => true)
  ),
  passed as (
    -- What may be sent again after settle_time must not leave the provider after it. The pace is no wait at the provider.
    select
      array_agg(text.id) as ids,
      array_agg(least(valid.until, case when setting.on_unknown = 'resend' then p_now + setting.settle_time end))
        as untils
    from unnest(v_texts) as text
    inner join herald.settings as setting on setting.is_only_row
    left join (
      select
        decided.message_id,
        bool_and(decided.verdict = 'pass') as passes,
        min(decided.until) filter (where decided.gate <> 'sender_rate') as until
      from decided
      group by decided.message_id
    ) as valid on valid.message_id = text.id
    where valid.passes is not false
  ),
  stopped as (
    select
      array_agg(verdict.message_id) as ids, array_agg(verdict.verdict) as verdicts,
      array_agg(verdict.reason) as reasons, array_agg(verdict.until) as untils
    from (
      -- A block is final, so it comes first; of what makes it wait, what lasts longest.
      select distinct on (decided.message_id)
        decided.message_id, decided.verdict, decided.gate || ': ' || decided.evidence as reason, decided.until
      from decided
      where decided.verdict <> 'pass'
      order by decided.message_id, decided.verdict <> 'block', decided.until desc nulls first, decided.gate_order
    ) as verdict
  )
  select passed.ids, passed.untils, stopped.ids, stopped.verdicts, stopped.reasons, stopped.untils
  into v_admitted, v_valid_until, v_stopped, v_verdicts, v_reasons, v_until
  from passed
  cross join stopped;

  -- Not each job's text may go: some were stopped, or are not there, or somebody else holds them.
  if coalesce(cardinality(v_admitted), 0) < cardinality(p_job_ids) then
    with verdicts as materialized (
      select *
      from unnest(v_stopped, v_verdicts, v_reasons, v_until) as verdict (message_id, verdict, reason, until)
    ),
    cancelled as (
      update public.sms_messages as message
      set status = 'cancelled', cancelled_at = p_now, cancel_reason = verdicts.reason, next_retry_at = null
      from verdicts
      where message.id = any (v_stopped) and message.id = verdicts.message_id and verdicts.verdict = 'block'
    ),
    ended as (
      update public.queue_jobs as job
      set status = 'cancelled', completed_at = p_now, error_message = verdicts.reason
      from verdicts
      inner join unnest(v_texts) as text on text.id = verdicts.message_id
      where job.id = any (p_job_ids) and job.id = text.queue_job_id and verdicts.verdict = 'block'
    ),
    deferred as (
      -- It leaves the queue, which stays small, and comes back by promotion; the attempt count stays with the text.
      update public.sms_messages as message
      set
        status = 'scheduled', queue_job_id = null, next_retry_at = null,
        deferred_from = coalesce(message.deferred_from, message.scheduled_for, message.created_at, p_now),
        scheduled_for = verdicts.until, deferred_until = verdicts.until, defer_reason = verdicts.reason
      from verdicts
      where message.id = any (v_stopped)
        and message.id = verdicts.message_id
        and verdicts.verdict = 'defer'
        and verdicts.until is not null
      returning message.id
    ),
    dropped as (
      delete from public.queue_jobs as job
      using deferred
      inner join unnest(v_texts) as text on text.id = deferred.id
      where job.id = any (p_job_ids) and job.id = text.queue_job_id
    ),
    unlinked as (
      update public.queue_jobs as job
      set
        status = 'failed',
        completed_at = p_now,
        error_message = 'no text waits for this job: metadata.message_id names none, or one that has another job'
      where job.id = any (p_job_ids)
        and job.id <> all (
          array(select message.queue_job_id from public.sms_messages as message where message.queue_job_id = any (p_job_ids))
        )
    )
    update public.queue_jobs as job
    set status = 'pending', attempts = job.attempts - 1, scheduled_for = p_now + interval '1 second'
    where job.id = any (p_job_ids)
      and (
        job.id = any (
          array(
            select text.queue_job_id
            from verdicts
            inner join unnest(v_texts) as text on text.id = verdicts.message_id
            where verdicts.verdict = 'defer' and verdicts.until is null
          )
        )
        or job.id = any (
          array(
            select message.queue_job_id
            from public.sms_messages as message
            where message.queue_job_id = any (p_job_ids)
              and message.id <> all (array(select text.id from unnest(v_texts || v_strays) as text))
          )
        )
      );
  end if;

  perform herald.count_sms(
    array(select text.user_id from unnest(v_texts) as text where text.id = any (v_admitted)), p_now
  );

  return query
  with sending as (
    update public.sms_messages as message
    set
      status = 'sending',
      attempt_count = (select job.attempts from public.queue_jobs as job where job.id = message.queue_job_id),
      next_retry_at = null,
      counted_at = p_now,
      updated_at = now()
    where message.id = any (v_admitted)
    returning message.id, message.queue_job_id, message.attempt_count
  )
  insert into herald.sms_attempts (message_id, job_id, attempt, sender, account, runner, started_at, valid_until)
  select
    sending.id, sending.queue_job_id, sending.attempt_count, p_sender,
    (select account from herald.senders where sender = p_sender), p_runner, p_now,
    v_valid_until[array_position(v_admitted, sending.id)]
  from sending
  returning *;
end;
$$;

comment on function herald.admit_sms(uuid[], text, text, timestamptz) is
'Gates claimed send_sms jobs and begins an attempt for each that passes; returns those attempts.';

revoke execute on function herald.admit_sms(uuid[], text, text, timestamptz) from public;
grant execute on function herald.admit_sms(uuid[], text, text, timestamptz) to herald_runner;
