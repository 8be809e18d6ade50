-- Something happened: the event and all that follows from it are written in the caller's transaction, or nothing is.
-- With a target only that user hears of it, if subscribed; without one every subscriber whom it fits.
create or replace function public.emit_notification_event(
  p_event_type text,
  p_event_source text default 'api_action',
  p_actor_user_id uuid default null,
  p_target_user_id uuid default null,
  p_payload jsonb default '{}',
  p_metadata jsonb default '{}',
  p_scheduled_for timestamptz default null,
  p_idempotency_key text default null,
  p_expires_at timestamptz default null,
  p_correlation_id text default null
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_payload constant jsonb := coalesce(p_payload, '{}');
  v_metadata constant jsonb := coalesce(p_metadata, '{}');
  v_at constant timestamptz := greatest(now(), p_scheduled_for);
  v_digest bytea;
  v_id uuid;
  v_same boolean;
begin
  perform herald.require_short_key('p_idempotency_key', p_idempotency_key);
  if p_idempotency_key is not null then
    v_digest := sha256(convert_to(
      jsonb_build_array(
        p_event_type, p_event_source, p_actor_user_id, p_target_user_id, v_payload, v_metadata,
        -- Instants as numbers: as text they would depend on the session's time zone.
        extract(epoch from p_scheduled_for), extract(epoch from p_expires_at)
      )::text,
      'UTF8'
    ));
    -- First of all: when the request comes again, its times may be past and its users gone.
    select id, coalesce(request_digest = v_digest, false)
    into v_id, v_same
    from public.notification_events
    where idempotency_key = p_idempotency_key;
    if v_same then
      return v_id;
    end if;
  end if;

  if v_id is null then
    perform herald.require_event_type('p_event_type', p_event_type);
    if p_event_source is null or p_event_source not in ('database_trigger', 'worker_job', 'api_action', 'cron_scheduler')
    then
      raise exception 'p_event_source is not known: %', coalesce(quote_literal(left(p_event_source, 60)), 'null')
        using errcode = '22023', hint = 'Known here: database_trigger, worker_job, api_action, cron_scheduler.';
    end if;
    if jsonb_typeof(v_payload) <> 'object' or jsonb_typeof(v_metadata) <> 'object' then
      raise exception 'p_payload (%) and p_metadata (%) are not both objects', jsonb_typeof(v_payload), jsonb_typeof(v_metadata)
        using errcode = '22023', hint = 'Pass JSON objects.';
    end if;
    if p_target_user_id is not null and not herald.user_exists(p_target_user_id) then
      perform herald.refuse_unknown('p_target_user_id', p_target_user_id::text);
    end if;
    if p_actor_user_id is not null and not herald.user_exists(p_actor_user_id) then
      perform herald.refuse_unknown('p_actor_user_id', p_actor_user_id::text);
    end if;
    if not isfinite(p_scheduled_for) or p_scheduled_for >= '10000-01-01' then
      raise exception 'p_scheduled_for is not an instant at which anything could go: %', p_scheduled_for
        using errcode = '22023', hint = 'Give an instant before the year 10000, or null for at once.';
    end if;
    if p_expires_at <= v_at then
      raise exception 'p_expires_at % is not after the event''s time %', p_expires_at, v_at
        using errcode = '22023', hint = 'What has expired is never sent: give a later instant or none.';
    end if;

    insert into public.notification_events (
      event_type, event_source, actor_user_id, target_user_id, payload, metadata, scheduled_for, expires_at,
      idempotency_key, request_digest, correlation_id
    )
    values (
      p_event_type, p_event_source, p_actor_user_id, p_target_user_id, v_payload, v_metadata, p_scheduled_for,
      p_expires_at, p_idempotency_key, v_digest,
      -- A malformed one is no reason to lose the event.
      coalesce(
        herald.uuid_or_null(p_correlation_id), herald.uuid_or_null(v_metadata ->> 'correlation_id'),
        herald.uuid_or_null(v_payload ->> 'correlation_id'), gen_random_uuid()
      )
    )
    on conflict (idempotency_key) where idempotency_key is not null do nothing
    returning id into v_id;
  end if;

  if v_id is null then
    -- Somebody else was quicker with the same key.
    select id, coalesce(request_digest = v_digest, false)
    into v_id, v_same
    from public.notification_events
    where idempotency_key = p_idempotency_key;
    if v_same then
      return v_id;
    end if;
  end if;
  if v_same is not null then
    raise exception 'p_idempotency_key % was used for another event', herald.quote_key(p_idempotency_key)
      using errcode = 'SMS03', hint = format('The first request made event %s. Use a new key for a new event.', v_id);
  end if;

  perform herald.tell_users(v_id, array_agg(subscription.user_id), now())
  from public.notification_subscriptions as subscription
  inner join herald.event_types as known on known.event_type = subscription.event_type
  where subscription.event_type = p_event_type
    and subscription.is_active
    and (p_target_user_id is null or subscription.user_id = p_target_user_id)
    and (
      not (known.is_admin_only or coalesce(subscription.admin_only, false))
      or subscription.user_id in (select herald.admin_user_ids())
    )
    and (
      subscription.filters is null
      or subscription.filters = '{}'
      or herald.filters_match(subscription.filters, v_payload)
    )
  having count(*) > 0;
  return v_id;
end;
$$;

comment on function public.emit_notification_event(
  text, text, uuid, uuid, jsonb, jsonb, timestamptz, text, timestamptz, text
) is
$$Records an event and tells whoever is subscribed to it, and returns its id. Part of the caller's transaction.

For each subscriber and channel there is a row in notification_deliveries, or one in notification_suppressions that says
why not.

p_event_type: one of herald.event_types.
p_event_source: database_trigger, worker_job, api_action or cron_scheduler.
p_target_user_id: only this user; null means every subscriber.
p_payload: title, body and url are what notifications say; filters and templates see all of it.
p_scheduled_for: nobody hears of it sooner; null means at once.
p_expires_at: nor later; null takes the event type's default.
p_idempotency_key: the same key with the same event returns the first one.
p_correlation_id: a UUID that jobs, texts and log lines carry; also taken from p_metadata.

Errors: 22023 an argument that makes no sense; 23503 unknown type or user; SMS03 the key was used for another event.

Example: {"p_event_type": "calendar.sync_failed", "p_target_user_id": "10000000-0000-4000-8000-000000000001",
"p_payload": {"title": "Your calendar is out of date", "body": "Sign in again.",
"url": "https://app.example.com/calendar"}, "p_idempotency_key": "sync-4711"}$$;

revoke execute on function public.emit_notification_event(
  text, text, uuid, uuid, jsonb, jsonb, timestamptz, text, timestamptz, text
) from public;
grant execute on function public.emit_notification_event(
  text, text, uuid, uuid, jsonb, jsonb, timestamptz, text, timestamptz, text
) to herald_runner;
