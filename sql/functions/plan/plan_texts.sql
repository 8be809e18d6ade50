-- Gives texts their job, at their exact time. A text that a gate already blocks is cancelled here, and one whose time
-- lies in quiet hours moves to their end without becoming a job; limits are counted at the claim alone. Whether it may
-- go is asked again there, since much can happen in five minutes. The caller holds the texts, which are due within the
-- lead and no series.
create or replace function herald.plan_texts(p_texts public.sms_messages[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each array costs more than the answer. That may be while tables are empty.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  with verdicts as materialized (
    select distinct on (decision.message_id)
      decision.message_id, decision.verdict, decision.gate || ': ' || decision.evidence as reason, decision.until
    from herald.decide_sms(
      p_texts,
      array(
        select greatest(p_now, text.scheduled_for) from unnest(p_texts) with ordinality as text order by text.ordinality
      ),
      p_is_brief => true
    ) as decision
    where (decision.verdict = 'block' and decision.gate <> 'limits')
      or (decision.verdict = 'defer' and decision.gate in ('legal_window', 'quiet_hours'))
    order by decision.message_id, decision.verdict <> 'block', decision.until desc, decision.gate_order
  ),
  cancelled as (
    update public.sms_messages as message
    set status = 'cancelled', cancelled_at = p_now, cancel_reason = verdicts.reason
    from verdicts
    where message.id = verdicts.message_id and verdicts.verdict = 'block'
  ),
  deferred as (
    update public.sms_messages as message
    set
      status = 'scheduled',
      deferred_from = coalesce(message.deferred_from, message.scheduled_for, message.created_at, p_now),
      scheduled_for = verdicts.until, deferred_until = verdicts.until, defer_reason = verdicts.reason
    from verdicts
    where message.id = verdicts.message_id and verdicts.verdict = 'defer'
  ),
  wanted as materialized (
    select gen_random_uuid() as job_id, text.*
    from unnest(p_texts) as text
    where not exists (select from verdicts where verdicts.message_id = text.id)
  ),
  jobs as (
    insert into public.queue_jobs (
      id, user_id, job_type, scheduled_for, priority, attempts, max_attempts, correlation_id, metadata
    )
    select
      job_id, user_id, 'send_sms', coalesce(scheduled_for, p_now), herald.job_priority(priority),
      coalesce(attempt_count, 0), coalesce(max_attempts, 3), correlation_id, jsonb_build_object('message_id', id, 'priority', priority)
    from wanted
  )
  update public.sms_messages as message
  set status = 'queued', queue_job_id = wanted.job_id
  from wanted
  -- As an array, by which no other join is possible than one look for each.
  where message.id = any (array[wanted.id]);
end;
$$;

comment on function herald.plan_texts(public.sms_messages[], timestamptz) is
'Queues these texts, or moves or cancels those that a gate stops.';

revoke execute on function herald.plan_texts(public.sms_messages[], timestamptz) from public;
grant execute on function herald.plan_texts(public.sms_messages[], timestamptz) to herald_runner;
