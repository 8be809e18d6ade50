-- Brings planned deliveries on their way when their time is near: e-mail and push get their job at the exact time,
-- in-app is shown when it is due, if it is still wanted then, and what was never handed over in time ends with that as
-- the reason. A digest loses what expires, and ends when nothing is left.
create or replace function herald.promote_notifications(p_now timestamptz, p_limit integer default 5000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lead constant interval := (select promote_lead from herald.settings);
  v_ids uuid[];
  v_free uuid[];
  v_due public.notification_deliveries[];
begin
  -- A little ahead of time, so that a claim that comes then need not wait for the next tick.
  v_ids := array(
    select id
    from public.notification_deliveries
    where status = 'pending' and expires_at <= p_now + interval '10 seconds' and digest_id is not null
    order by expires_at
    limit p_limit
  );
  if v_ids <> '{}' then
    with texts as materialized (
      select notification_delivery_id
      from public.sms_messages
      where notification_delivery_id = any (v_ids)
      order by id
      for no key update skip locked
    ),
    free as (
      select id
      from public.notification_deliveries
      where id = any (v_ids)
        and status = 'pending'
        and (channel <> 'sms' or id in (select texts.notification_delivery_id from texts))
      order by id
      for no key update skip locked
    )
    select array_agg(free.id)
    into v_ids
    from free;
    perform herald.retell_digests(v_ids, p_now + interval '10 seconds', p_now);
  end if;

  perform herald.cancel_jobs(array_agg(late.queue_job_id), 'expired: nobody sent it in time', p_now)
  from (
    select queue_job_id
    from public.notification_deliveries
    where status = 'pending' and expires_at <= p_now and queue_job_id is not null and channel in ('email', 'push')
      and not exists (
        select from herald.digest_events(digest_id, p_now) as other where other.dropped_reason is null
      )
    order by expires_at
    limit p_limit
  ) as late
  having count(*) > 0;

  -- Those without a time of their own were written by an application, and nobody else would send them.
  v_ids := array(
    (
      select id
      from public.notification_deliveries
      where status = 'pending' and channel <> 'sms' and queue_job_id is null and scheduled_for <= p_now + v_lead
      order by scheduled_for
      limit p_limit
    )
    union all
    (
      select id
      from public.notification_deliveries
      where status = 'pending' and channel <> 'sms' and queue_job_id is null and scheduled_for is null
      -- In the index's order, which the planner takes then: by its figures half of the table could be such rows.
      order by scheduled_for
      limit p_limit
    )
  );
  if v_ids = '{}' then
    return 0;
  end if;

  v_free := array(
    select herald.free_users(array(select recipient_user_id from public.notification_deliveries where id = any (v_ids)))
  );
  -- Found by their ids alone: an index of whatever is pending has all of the future.
  with due as materialized (
    select *
    from public.notification_deliveries
    where id = any (v_ids)
    order by id
    for no key update skip locked
  )
  select array_agg(due::public.notification_deliveries)
  into v_due
  from due
  where due.status = 'pending'
    and due.queue_job_id is null
    -- Said so, they are hashed and not gone through for each.
    and (due.recipient_user_id in (select unnest(v_free))) is true;

  if v_due is null then
    return 0;
  end if;

  with shown as materialized (
    select id, event_id, recipient_user_id, expires_at
    from unnest(v_due) as due
    where due.channel = 'in_app' and due.scheduled_for <= p_now
  ),
  decisions as materialized (
    select decision.*
    from (
      select array_agg(shown.event_id) as events, array_agg(shown.recipient_user_id) as users
      from shown
      where shown.event_id is not null
    ) as asked
    cross join lateral herald.decide_notifications(asked.events, asked.users, null, false, p_now) as decision
    where decision.channel = 'in_app'
  ),
  decided as materialized (
    select
      shown.id,
      case
        when shown.expires_at <= p_now then format('expired: it expired at %s', herald.utc_text(shown.expires_at))
        else decision.block_reason
      end as reason
    from shown
    left join decisions as decision
      on decision.event_id = shown.event_id and decision.user_id = shown.recipient_user_id
  )
  update public.notification_deliveries as delivery
  set
    status = case when decided.reason is null then 'delivered' else 'failed' end,
    delivered_at = case when decided.reason is null then p_now end,
    failed_at = case when decided.reason is not null then p_now end,
    suppressed_reason = decided.reason
  from decided
  where delivery.id = decided.id;

  with wanted as materialized (
    select gen_random_uuid() as job_id, due.*, event.event_type, coalesce(wishes.priority, 'normal') as priority
    from unnest(v_due) as due
    left join public.notification_events as event on event.id = due.event_id
    left join public.user_notification_preferences as wishes
      on wishes.user_id = due.recipient_user_id and wishes.event_type = event.event_type
    where due.channel in ('email', 'push')
  ),
  jobs as (
    insert into public.queue_jobs (
      id, user_id, job_type, scheduled_for, priority, attempts, max_attempts, correlation_id, metadata
    )
    select
      job_id, recipient_user_id, 'send_notification', coalesce(scheduled_for, p_now),
      herald.job_priority(priority::public.sms_priority), coalesce(attempts, 0), coalesce(max_attempts, 3),
      correlation_id,
      jsonb_build_object(
        'event_id', event_id, 'delivery_id', id, 'channel', channel, 'event_type', event_type
      )
    from wanted
  )
  update public.notification_deliveries as delivery
  set queue_job_id = wanted.job_id
  from wanted
  where delivery.id = wanted.id;

  return cardinality(v_due);
end;
$$;

comment on function herald.promote_notifications(timestamptz, integer) is
'Plans or shows deliveries whose time is near, and ends those that expired; returns how many of the first.';

revoke execute on function herald.promote_notifications(timestamptz, integer) from public;
grant execute on function herald.promote_notifications(timestamptz, integer) to herald_runner;
