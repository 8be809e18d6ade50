-- Gives texts that are due within the lead their job, at their exact time. A text that a gate already blocks is
-- cancelled here, and one whose time lies in quiet hours moves to their end without becoming a job; limits are counted
-- at the claim alone. Whether it may go is asked again there, since much can happen in five minutes. What somebody else
-- is just changing (text, user or the delivery it carries) is planned the next time.
create or replace function herald.promote_messages(p_message_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each array costs more than the answer.
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  v_texts public.sms_messages[];
begin
  with due as materialized (
    select message.*
    from public.sms_messages as message
    cross join herald.settings as setting
    where message.id = any (p_message_ids)
      and message.status in ('pending', 'scheduled')
      -- A series never goes itself.
      and message.recurrence_pattern is null
      and message.user_id in (
        select herald.free_users(array(select user_id from public.sms_messages where id = any (p_message_ids)))
      )
      and (message.scheduled_for is null or message.scheduled_for <= p_now + setting.promote_lead)
    order by message.id
    for no key update of message skip locked
  ),
  free as materialized (
    select id
    from public.notification_deliveries
    where id in (select due.notification_delivery_id from due)
    order by id
    for no key update skip locked
  )
  select array_agg(due::public.sms_messages)
  into v_texts
  from due
  where due.notification_delivery_id is null or due.notification_delivery_id in (select free.id from free);

  if v_texts is null then
    return 0;
  end if;

  with verdicts as materialized (
    select distinct on (decision.message_id)
      decision.message_id, decision.verdict, decision.gate || ': ' || decision.evidence as reason, decision.until
    from herald.decide_sms(
      v_texts,
      array(
        select greatest(p_now, text.scheduled_for) from unnest(v_texts) with ordinality as text order by text.ordinality
      )
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
    from unnest(v_texts) as text
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
  where message.id = wanted.id;

  return cardinality(v_texts);
end;
$$;

comment on function herald.promote_messages(uuid[], timestamptz) is
'Plans those of the texts that are due within settings.promote_lead; returns how many it planned, moved or cancelled.';

revoke execute on function herald.promote_messages(uuid[], timestamptz) from public;
grant execute on function herald.promote_messages(uuid[], timestamptz) to herald_runner;
