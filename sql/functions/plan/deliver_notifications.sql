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
set search_path = ''
set jit = 'off'
as $$
declare
  v_lead constant interval := (select promote_lead from herald.settings);
  v_texts uuid[];
  v_deliveries integer;
begin
  -- Whoever counts has the turn, and the next one sees in the statement below what was planned in it.
  insert into herald.notification_turns as turn (user_id, event_type, taken_at)
  select distinct wishes.user_id, wishes.event_type, p_now
  from unnest(p_event_ids, p_user_ids) as pair (event_id, user_id)
  inner join public.notification_events as event on event.id = pair.event_id
  inner join public.user_notification_preferences as wishes
    on wishes.user_id = pair.user_id and wishes.event_type = event.event_type
  where num_nonnulls(wishes.max_per_hour, wishes.max_per_day) > 0
  order by wishes.user_id, wishes.event_type
  on conflict (user_id, event_type) do update set taken_at = excluded.taken_at;

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
    select told.words_of, said.payload
    from (select distinct words_of, event_id, digest_id from decided where block_reason is null) as told
    cross join lateral herald.notification_words(told.event_id, told.digest_id) as said
  ),
  suppressed as (
    insert into public.notification_suppressions (event_id, recipient_user_id, channel, reason, created_at)
    select coalesce(gathered.event_id, decided.event_id), decided.user_id, decided.channel, decided.block_reason, p_now
    from decided
    left join herald.notification_digest_events as gathered on gathered.digest_id = decided.digest_id
    where decided.block_reason is not null
    on conflict (event_id, recipient_user_id, channel) do nothing
  ),
  jobs as (
    insert into public.queue_jobs (id, user_id, job_type, scheduled_for, priority, correlation_id, metadata)
    select
      decided.job_id, decided.user_id, 'send_notification', decided.goes_at,
      herald.job_priority(decided.priority::public.sms_priority), event.correlation_id,
      jsonb_build_object(
        'event_id', decided.event_id, 'delivery_id', decided.delivery_id, 'channel', decided.channel,
        'event_type', decided.event_type
      )
    from decided
    inner join public.notification_events as event on event.id = decided.event_id
    where decided.block_reason is null and decided.job_id is not null
  ),
  written as (
    insert into public.notification_deliveries (
      id, event_id, subscription_id, recipient_user_id, channel, channel_identifier, payload, digest_id, queue_job_id,
      scheduled_for, delivered_at, expires_at, created_at, correlation_id
    )
    select
      decided.delivery_id, decided.event_id, decided.subscription_id, decided.user_id, decided.channel, decided.address,
      words.payload, decided.digest_id, decided.job_id,
      case when decided.goes_at > p_now then decided.goes_at end,
      case when decided.channel = 'in_app' and decided.goes_at <= p_now then p_now end,
      decided.expires_at, p_now, event.correlation_id
    from decided
    inner join words on words.words_of = decided.words_of
    inner join public.notification_events as event on event.id = decided.event_id
    where decided.block_reason is null
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

The arrays belong together one by one. A digest is told by its first event; the others have null there.$$;

revoke execute on function herald.deliver_notifications(uuid[], uuid[], uuid[], timestamptz) from public;
grant execute on function herald.deliver_notifications(uuid[], uuid[], uuid[], timestamptz) to herald_runner;
