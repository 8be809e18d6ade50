-- Brings job, text and attempt to where an outcome leads, in one statement, for whoever holds the job's token.
--
-- accepted    job completed              text sent
-- unknown     job held                   text stays sending: not sent again unless somebody decides so
-- not_sent    job retrying, or failed    text queued, or failed
-- throttled   job retrying               text queued; the attempt is given back, the sender rests as told
-- config      job pending                text queued; the attempt is given back, the sender rests
-- sender      the same
-- handed_back the same, without a rest
-- opted_out   job cancelled              text cancelled; the number is suppressed
-- permanent   job failed                 text failed
--
-- A text that has certainly not gone gives back what it took of its user's limits.
--
-- A text that is not `sending` any more has been settled by a report of the provider: only its job is left to end. What
-- somebody else holds (job, text, the delivery it carries, its user's limits) is not waited for, or one row would stop
-- all runners; it is not among what is returned.
create or replace function herald.settle_sms(p_results jsonb, p_now timestamptz)
returns table (job_id uuid, processing_token uuid, message_status text, job_status text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Plans outlive the size that the tables had when they were made.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_settled herald.settled_sms[];
  v_set_back uuid[];
begin
  if p_results is null then
    return;
  end if;

  with given as materialized (
    -- Once a job, the first result, and no wait that an interval cannot hold, whatever the provider answered.
    select distinct on (job_id, processing_token)
      job_id, processing_token, attempt_id, outcome, sid, provider_status, segments, http_status, error_code,
      error_message,
      case
        when retry_after_seconds is not null
          then make_interval(secs => least(greatest(retry_after_seconds, 0), 86400))
      end as retry_after
    from rows from (
      jsonb_to_recordset(p_results) as (
        job_id uuid, processing_token uuid, attempt_id uuid, outcome text, sid text, provider_status text,
        segments integer, http_status integer, error_code integer, error_message text,
        retry_after_seconds double precision
      )
    ) with ordinality as result
    order by job_id, processing_token, ordinality
  ),
  held as materialized (
    select
      given.*, job.attempts, job.max_attempts, job.scheduled_for, message.id as message_id,
      message.status as message_was, message.phone_number, message.notification_delivery_id, message.user_id,
      case
        when message.status = 'sending' and given.outcome not in ('accepted', 'unknown') then message.counted_at
      end as uncounted_from
    from given
    cross join lateral (
      select *
      from public.queue_jobs as current
      where current.id = given.job_id and current.processing_token = given.processing_token
      for no key update skip locked
    ) as job
    cross join lateral (
      select * from public.sms_messages as sent where sent.queue_job_id = given.job_id for no key update skip locked
    ) as message
  ),
  free as materialized (
    select id
    from public.notification_deliveries
    where id = any (array(select held.notification_delivery_id from held))
    order by id
    for no key update skip locked
  ),
  counting as materialized (
    select user_id, timezone, daily_count_reset_at
    from public.user_sms_preferences
    where user_id = any (array(select held.user_id from held where held.uncounted_from is not null))
    order by user_id
    for no key update skip locked
  ),
  planned as materialized (
    select
      held.*, setting.report_time,
      case
        when held.message_was <> 'sending' or held.outcome = 'accepted' then 'completed'
        when held.outcome = 'unknown' then 'processing'
        when held.outcome = 'not_sent' and held.attempts < held.max_attempts then 'retrying'
        when held.outcome = 'not_sent' then 'failed'
        when held.outcome = 'throttled' then 'retrying'
        when held.outcome = 'opted_out' then 'cancelled'
        when held.outcome = 'permanent' then 'failed'
        else 'pending'
      end as job_status,
      case
        when held.outcome in ('throttled', 'config', 'sender', 'handed_back') then held.attempts - 1
        else held.attempts
      end as attempts_left_at,
      -- A random share on top also here, or all that one 429 stopped would come back together.
      p_now + case
        when held.outcome = 'throttled' then (1 + setting.retry_jitter * random()) * coalesce(
          held.retry_after, setting.throttle_delay
        )
        when held.outcome = 'not_sent' then coalesce(
          (1 + setting.retry_jitter * random()) * held.retry_after, herald.retry_delay(held.attempts)
        )
      end as again_at,
      case
        when held.outcome not in ('accepted', 'handed_back') then coalesce(
          held.error_message,
          (select meaning from herald.provider_codes as code where code.error_code = held.error_code),
          held.outcome
        )
      end as reason
    from held
    inner join herald.settings as setting on setting.is_only_row
    where held.message_was <> 'queued'
      and (held.notification_delivery_id is null or held.notification_delivery_id in (select free.id from free))
      and (
        held.uncounted_from is null
        or held.user_id in (select counting.user_id from counting)
        or (select true from public.user_sms_preferences as wishes where wishes.user_id = held.user_id) is null
      )
  ),
  uncounted as (
    update public.user_sms_preferences as wishes
    set daily_sms_count = greatest(wishes.daily_sms_count - given_back.texts, 0)
    from (
      select counting.user_id, count(*)::integer as texts
      from planned
      inner join counting on counting.user_id = planned.user_id
      cross join lateral (select herald.known_zone(counting.timezone) as zone) as zones
      where planned.uncounted_from is not null
        -- Of another day, the count says nothing of it any more.
        and (planned.uncounted_from at time zone zones.zone)::date
          = (counting.daily_count_reset_at at time zone zones.zone)::date
      group by counting.user_id
    ) as given_back
    where wishes.user_id = any (array(select counting.user_id from counting))
      and wishes.user_id = given_back.user_id
  ),
  jobs as (
    update public.queue_jobs as job
    set
      -- An opt-out ends its text first, below, which gives the reason.
      status = case when planned.job_status = 'cancelled' then 'pending' else planned.job_status end::public.queue_status,
      attempts = planned.attempts_left_at,
      scheduled_for = coalesce(planned.again_at, job.scheduled_for),
      processing_token = case when planned.job_status = 'processing' then job.processing_token end,
      lease_expires_at = null,
      processed_at = p_now,
      completed_at = case when planned.job_status in ('completed', 'failed') then p_now end,
      updated_at = now(),
      error_message = case when planned.job_status <> 'completed' then planned.reason end,
      result = case when planned.sid is not null then jsonb_build_object('twilio_sid', planned.sid) else job.result end
    from planned
    -- As an array, by which no other join is possible than one look for each: one that was planned beside empty tables
    -- compares each with each.
    where job.id = any (array[planned.job_id])
  ),
  attempts as (
    update herald.sms_attempts as attempt
    set
      outcome = planned.outcome,
      finished_at = p_now,
      http_status = planned.http_status,
      error_code = planned.error_code,
      error_message = planned.error_message,
      twilio_sid = planned.sid
    from planned
    -- As with the jobs.
    where attempt.id = any (
      case
        when planned.attempt_id is not null then array[planned.attempt_id]
        -- With "outcome is null" beside the id, a plan made for a small table reads the index of all open attempts.
        else array(
          select own.id
          from (
            select id, outcome from herald.sms_attempts where message_id = planned.message_id offset 0
          ) as own
          where own.outcome is null
        )
      end
    )
      and attempt.message_id = any (array[planned.message_id])
      and attempt.job_id = any (array[planned.job_id])
      and attempt.outcome is distinct from 'accepted'
    returning attempt.message_id, attempt.sender
  ),
  messages as (
    update public.sms_messages as message
    set
      status = case
        when planned.message_was <> 'sending' then message.status
        when planned.outcome = 'accepted' then 'sent'
        when planned.outcome = 'unknown' then 'sending'
        when planned.job_status = 'failed' then 'failed'
        else 'queued'
      end::public.sms_status,
      sent_at = case when planned.outcome = 'accepted' then coalesce(message.sent_at, p_now) else message.sent_at end,
      -- As t40_plan_sms_look would have it.
      look_at = case
        when planned.message_was = 'sending' and planned.outcome = 'accepted'
          and coalesce(planned.sid, message.twilio_sid) is not null
          then coalesce(message.sent_at, p_now) + planned.report_time
        else message.look_at
      end,
      failed_at = case
        when planned.job_status = 'failed' and planned.message_was = 'sending' then p_now else message.failed_at
      end,
      attempt_count = planned.attempts_left_at,
      next_retry_at = case when planned.job_status = 'retrying' then planned.again_at end,
      twilio_sid = coalesce(planned.sid, message.twilio_sid),
      twilio_status = coalesce(message.twilio_status, planned.provider_status),
      counted_at = case when planned.uncounted_from is null then message.counted_at end,
      segment_count = coalesce(nullif(planned.segments, 0), message.segment_count),
      twilio_error_code = case
        when planned.message_was = 'sending' then planned.error_code else message.twilio_error_code
      end,
      twilio_error_message = case
        when planned.message_was = 'sending' then planned.reason else message.twilio_error_message
      end,
      updated_at = now()
    from planned
    where message.id = any (array[planned.message_id])
    -- All that the rest asks: a join of what has no statistics compares each with each.
    returning
      planned.job_id, planned.processing_token, message.id, planned.outcome, planned.sid, planned.phone_number,
      planned.again_at, planned.reason, message.status, planned.job_status
  )
  select
    array_agg(
      row(
        messages.job_id, messages.processing_token, messages.id, messages.outcome, messages.sid, messages.phone_number,
        case
          when messages.outcome in ('throttled', 'config', 'sender')
            then (select max(attempts.sender) from attempts where attempts.message_id = messages.id)
        end,
        messages.again_at, messages.reason, messages.status, messages.job_status
      )::herald.settled_sms
    ),
    (
      select array_agg(held.message_id)
      from held
      where held.message_was = 'queued'
        and (held.notification_delivery_id is null or held.notification_delivery_id in (select free.id from free))
    )
  into v_settled, v_set_back
  from messages;

  -- Set back to queued by somebody while the request was under way: it was being sent all the same.
  if v_set_back is not null then
    update public.sms_messages set status = 'sending' where id = any (v_set_back);
    return query
    select again.*
    from herald.settle_sms(
      (
        select jsonb_agg(result)
        from jsonb_array_elements(p_results) as result
        where (result ->> 'job_id')::uuid in (
          select message.queue_job_id from public.sms_messages as message where message.id = any (v_set_back)
        )
      ),
      p_now
    ) as again;
  end if;
  if v_settled is null then
    return;
  end if;

  if exists (select from unnest(v_settled) as settled where settled.outcome <> 'accepted') then
    perform herald.follow_number(
      array(
        select settled.message_id
        from unnest(v_settled) as settled
        where settled.message_status = 'queued' and settled.outcome <> 'opted_out'
      )
    );

    -- The provider knows of a STOP that never came to us. The text goes the legal way: proven not accepted, then ended.
    update public.sms_messages as message
    set status = 'cancelled', cancelled_at = p_now, cancel_reason = 'opted_out: ' || settled.reason
    from unnest(v_settled) as settled
    where message.id = any (array[settled.message_id])
      and settled.outcome = 'opted_out'
      -- As text: the index of what waits would be read whole for a few of it.
      and message.status::text = 'queued';

    update public.queue_jobs as job
    set status = 'cancelled', completed_at = p_now, error_message = settled.reason
    from unnest(v_settled) as settled
    where job.id = any (array[settled.job_id]) and settled.job_status = 'cancelled';

    perform herald.suppress_number(
      settled.phone_number, 'the provider says that the recipient has opted out', 'provider', p_now
    )
    from unnest(v_settled) as settled
    where settled.outcome = 'opted_out';

    insert into herald.senders as known (sender, paused_until, pause_reason)
    select
      settled.sender, max(coalesce(settled.again_at, p_now + setting.sender_pause)),
      max(settled.outcome || ': ' || settled.reason)
    from unnest(v_settled) as settled
    inner join herald.settings as setting on setting.is_only_row
    where settled.outcome in ('throttled', 'config', 'sender') and settled.sender is not null
    group by settled.sender
    on conflict (sender) do update
    set
      paused_until = greatest(known.paused_until, excluded.paused_until),
      pause_reason = excluded.pause_reason;
  end if;

  -- A report may have been faster than this record, and have waited in the log for a text of its SID.
  perform herald.place_early_reports(
    array(select settled.sid from unnest(v_settled) as settled where settled.sid is not null), p_now
  );

  return query
  select
    settled.job_id, settled.processing_token,
    (select message.status::text from public.sms_messages as message where message.id = settled.message_id),
    settled.job_status
  from unnest(v_settled) as settled;
end;
$$;

comment on function herald.settle_sms(jsonb, timestamptz) is
'Records outcomes of attempts, fenced by the jobs'' tokens; returns what was recorded, and skips what others hold.';

revoke execute on function herald.settle_sms(jsonb, timestamptz) from public;
grant execute on function herald.settle_sms(jsonb, timestamptz) to herald_runner;
