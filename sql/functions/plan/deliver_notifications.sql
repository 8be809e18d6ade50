-- Writes what follows for these users from these events: a delivery for each channel and address with the job or the
-- text that carries it, or the reason why there is none. A handful of statements, however many users there are.
create or replace function herald.deliver_notifications(
  p_event_ids uuid[],
  p_user_ids uuid[],
  p_digest_ids uuid[],
  p_now timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
declare
  v_lead constant interval := (select promote_lead from herald.settings);
  v_subscriptions uuid[];
  v_texts uuid[];
  v_deliveries integer;
begin
  -- Whoever counts has the turn, and the next one sees in the statement below what was planned in it.
  insert into herald.notification_turns as turn (user_id, event_type, taken_at)
  select distinct wishes.user_id, wishes.event_type, p_now
  from (
    -- Looked up for each, here and below: a join may begin with all events of a type.
    select
      user_id, (select event.event_type from public.notification_events as event where event.id = event_id) as event_type
    from unnest(p_event_ids, p_user_ids) as pair (event_id, user_id)
  ) as told
  inner join public.user_notification_preferences as wishes
    on wishes.user_id = told.user_id and wishes.event_type = told.event_type
  where num_nonnulls(wishes.max_per_hour, wishes.max_per_day) > 0
  order by wishes.user_id, wishes.event_type
  on conflict (user_id, event_type) do update set taken_at = excluded.taken_at;

  -- Whoever unsubscribes meanwhile is not waited for: who has done so is not told any more, and who is about to is told
  -- for the last time, by a delivery that names no subscription, as it would be after the deletion.
  v_subscriptions := array(
    select subscription.id
    from public.notification_subscriptions as subscription
    where (subscription.user_id, subscription.event_type) in (
      select
        pair.user_id,
        (select event.event_type from public.notification_events as event where event.id = pair.event_id)
      from unnest(p_event_ids, p_user_ids) as pair (event_id, user_id)
    )
    order by subscription.id
    for key share skip locked
  );

  with decided as materialized (
    select
      decision.*,
      coalesce(decision.digest_id, decision.event_id) as words_of,
      gen_random_uuid() as delivery_id,
      -- What is far off gets its job when its time comes near.
      case
        when decision.channel in ('email', 'push') and decision.goes_at <= p_now + v_lead then gen_random_uuid()
      end as job_id
    from herald.decide_notifications(p_event_ids, p_user_ids, p_digest_ids, true, p_now) as decision
  ),
  words as materialized (
    select told.words_of, told.goes_at, said.event_id, said.payload
    from (select distinct words_of, event_id, digest_id, goes_at from decided where block_reason is null) as told
    cross join lateral herald.notification_words(told.event_id, told.digest_id, told.goes_at) as said
  ),
  suppressed as (
    insert into public.notification_suppressions (event_id, recipient_user_id, channel, reason, created_at)
    select coalesce(gathered.event_id, decided.event_id), decided.user_id, decided.channel, decided.block_reason, p_now
    from decided
    left join lateral (
      select event_id from herald.notification_digest_events where digest_id = decided.digest_id offset 0
    ) as gathered on true
    where decided.block_reason is not null
    union all
    -- Of a digest that goes, what was too late for it.
    select dropped.event_id, decided.user_id, decided.channel, dropped.dropped_reason, p_now
    from decided
    cross join lateral herald.digest_events(decided.digest_id, decided.goes_at) as dropped
    where decided.block_reason is null and decided.digest_id is not null and dropped.dropped_reason is not null
    on conflict (event_id, recipient_user_id, channel) do nothing
  ),
  going as materialized (
    select
      decided.*, words.event_id as told_id, words.payload, event.correlation_id,
      case
        when decided.subscription_id in (select unnest(v_subscriptions)) then decided.subscription_id
      end as kept_subscription_id
    from decided
    inner join words on words.words_of = decided.words_of and words.goes_at = decided.goes_at
    inner join public.notification_events as event on event.id = words.event_id
    where decided.block_reason is null
  ),
  jobs as (
    insert into public.queue_jobs (id, user_id, job_type, scheduled_for, priority, correlation_id, metadata)
    select
      job_id, user_id, 'send_notification', goes_at, herald.job_priority(priority::public.sms_priority), correlation_id,
      jsonb_build_object(
        'event_id', told_id, 'delivery_id', delivery_id, 'channel', channel, 'event_type', event_type
      )
    from going
    where job_id is not null
  ),
  written as (
    insert into public.notification_deliveries (
      id, event_id, subscription_id, recipient_user_id, channel, channel_identifier, payload, digest_id, queue_job_id,
      scheduled_for, delivered_at, expires_at, created_at, correlation_id
    )
    select
      delivery_id, told_id, kept_subscription_id, user_id, channel, address, payload, digest_id, job_id,
      case when goes_at > p_now then goes_at end,
      case when channel = 'in_app' and goes_at <= p_now then p_now end,
      expires_at, p_now, correlation_id
    from going
    returning id, channel
  )
  select count(*), array_agg(id) filter (where channel = 'sms')
  into v_deliveries, v_texts
  from written;

  if v_texts is not null then
    perform herald.write_notification_texts(v_texts, p_now);
  end if;
  return v_deliveries;
end;
$$;

comment on function herald.deliver_notifications(uuid[], uuid[], uuid[], timestamptz) is
$$Delivers each event to its user, by the user's wishes; returns how many deliveries that makes.

The arrays belong together one by one. A digest comes with its first event; the others have null there.$$;

revoke execute on function herald.deliver_notifications(uuid[], uuid[], uuid[], timestamptz) from public;
grant execute on function herald.deliver_notifications(uuid[], uuid[], uuid[], timestamptz) to herald_runner;
