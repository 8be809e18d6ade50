-- Whether, when and where notifications go: one answer for each of these events, its user, each channel and address.
-- The emission, the digest, the claim and the explanation ask here; nobody else decides, and nobody without preferences
-- hears of anything.
--
-- Limits count notifications that have been planned, by the instant the last of their channels goes at. They are asked
-- about once, when a notification is planned (p_counts), under the lock of herald.notification_turns.
create or replace function herald.decide_notifications(
  p_event_ids uuid[],
  p_user_ids uuid[],
  p_digest_ids uuid[],
  p_counts boolean,
  p_now timestamptz
)
returns table (
  event_id uuid,
  user_id uuid,
  digest_id uuid,
  event_type text,
  subscription_id uuid,
  channel text,
  address text,
  priority text,
  goes_at timestamptz,
  expires_at timestamptz,
  block_reason text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- With the arrays at hand the planner knows whether they are of one user or of a hundred thousand.
set plan_cache_mode = 'force_custom_plan'
set jit = 'off'
as $$
#variable_conflict use_column
begin
  return query
  with asked as (
    select
      pair.event_id, pair.user_id, pair.digest_id, event.event_type, event.expires_at,
      event.redacted_at is not null and pair.digest_id is null as is_redacted, wishes.id as preferences_id,
      subscription.id as subscription_id, subscription.is_active as is_subscribed,
      known.is_admin_only or coalesce(subscription.admin_only, false) as is_for_admins,
      wishes.push_enabled, wishes.email_enabled, wishes.sms_enabled, wishes.in_app_enabled, wishes.priority,
      wishes.max_per_hour, wishes.max_per_day, due.at,
      case when wishes.max_per_day is not null then herald.known_zone(wishes.timezone) end as zone,
      coalesce(known.default_expiry, setting.default_expiry) as shelf_life,
      case
        when wishes.quiet_hours_enabled
          and not (wishes.priority = 'urgent' and coalesce(texting.urgent_alerts, true))
          then herald.quiet_hours_end(
            due.at, wishes.quiet_hours_start, wishes.quiet_hours_end, coalesce(wishes.timezone, 'UTC')
          )
      end as quiet_until
    from unnest(p_event_ids, p_user_ids, p_digest_ids) as pair (event_id, user_id, digest_id)
    inner join public.notification_events as event on event.id = pair.event_id
    inner join herald.event_types as known on known.event_type = event.event_type
    -- By its key: before 18, a sequential scan that is switched off and unavoidable hides what the rest costs.
    inner join herald.settings as setting on setting.is_only_row
    cross join lateral (select greatest(p_now, event.scheduled_for) as at) as due
    -- Looked up for each: a join may begin with everybody's of this type.
    left join lateral (
      select *
      from public.notification_subscriptions as own
      where own.user_id = pair.user_id and own.event_type = event.event_type
      offset 0
    ) as subscription on true
    left join lateral (
      select *
      from public.user_notification_preferences as own
      where own.user_id = pair.user_id and own.event_type = event.event_type
      offset 0
    ) as wishes on true
    left join public.user_sms_preferences as texting on texting.user_id = pair.user_id
  ),
  contacts as materialized (
    -- One row for each user, whatever the application's function says: several addresses, one of them twice, or none.
    -- One that is longer than addresses can be (RFC 5321) is none.
    select
      user_id,
      array_agg(distinct btrim(email)) filter (
        where btrim(email) <> '' and char_length(btrim(email)) <= 254
      ) as emails
    from herald.user_contacts(array(select distinct asked.user_id from asked where asked.email_enabled))
    group by user_id
  ),
  phones as materialized (
    select * from herald.sms_channels(array(select asked.user_id from asked where asked.sms_enabled))
  ),
  counted as (
    select
      asked.*,
      case
        when planned.in_the_hour >= asked.max_per_hour
          then format('max_per_hour: %s of %s in the hour are taken', planned.in_the_hour, asked.max_per_hour)
        when planned.on_the_day >= asked.max_per_day
          then format('max_per_day: %s of %s of the day are taken', planned.on_the_day, asked.max_per_day)
      end as limit_reason
    from asked
    left join contacts on contacts.user_id = asked.user_id and asked.email_enabled
    left join phones on phones.user_id = asked.user_id and asked.sms_enabled
    cross join lateral (
      -- Quiet hours hold up nothing where nothing would go at their end.
      select case
        when asked.quiet_until is null or asked.expires_at <= asked.quiet_until then asked.at
        when contacts.emails is not null or phones.has_sms_available then asked.quiet_until
        when asked.push_enabled and exists (
          select from public.push_subscriptions as device
          where device.user_id = asked.user_id and device.is_active and octet_length(device.endpoint) <= 2048
        ) then asked.quiet_until
        else asked.at
      end as at
    ) as effective
    left join lateral (
      with other as (
        select
          delivery.event_id, max(coalesce(delivery.scheduled_for, delivery.created_at)) as goes_at
        from public.notification_deliveries as delivery
        inner join public.notification_events as event on event.id = delivery.event_id
        where delivery.recipient_user_id = asked.user_id
          and event.event_type = asked.event_type
          and delivery.event_id <> asked.event_id
          and delivery.suppressed_reason is null
          -- The longest day there is has 25 hours.
          and coalesce(delivery.scheduled_for, delivery.created_at) > effective.at - interval '25 hours'
          and coalesce(delivery.scheduled_for, delivery.created_at) < effective.at + interval '25 hours'
          and p_counts
          and num_nonnulls(asked.max_per_hour, asked.max_per_day) > 0
        group by delivery.event_id
      ),
      -- Of all the hours that this one would fall into, each begins with another one or with this one: what is planned
      -- for later counts as well, and so does what a parallel emitter with a younger clock has just planned.
      hours as (
        select
          goes_at as begins_at,
          count(*) over (
            order by goes_at range between current row and interval '59 minutes 59.999999 seconds' following
          ) as events
        from other
        union all
        select effective.at, count(*) filter (
          where goes_at >= effective.at and goes_at < effective.at + interval '1 hour'
        )
        from other
      )
      select
        (
          select max(events) from hours
          where begins_at > effective.at - interval '1 hour' and begins_at <= effective.at
        ) as in_the_hour,
        (
          select count(*) from other
          where (goes_at at time zone asked.zone)::date = (effective.at at time zone asked.zone)::date
        ) as on_the_day
    ) as planned on true
  )
  select
    counted.event_id, counted.user_id, counted.digest_id, counted.event_type, counted.subscription_id, way.channel,
    way.address, counted.priority, goes.at, expiry.at,
    case
      when counted.is_subscribed is not true then 'subscribed: the user is not subscribed to this event (any more)'
      when counted.is_for_admins and (counted.user_id in (select herald.admin_user_ids())) is not true
        then 'administrators: the event is for administrators, and the user is none (any more)'
      when counted.is_redacted then 'redacted: the event''s content was removed'
      when counted.preferences_id is null then 'no_preferences: the user has no preferences for this event'
      when way.is_on is not true then 'switched_off: the user does not want this by ' || way.channel
      when way.problem is not null then way.problem
      when gathered.drop_reason is not null then gathered.drop_reason
      when expiry.at <= goes.at then format('expired: it could go at %s only', herald.utc_text(goes.at))
      else counted.limit_reason
    end
  from counted
  left join contacts on contacts.user_id = counted.user_id and counted.email_enabled
  left join phones on phones.user_id = counted.user_id and counted.sms_enabled
  cross join lateral (
    select 'in_app' as channel, null as address, counted.in_app_enabled as is_on, null as problem
    union all
    select
      'email', mailbox.email, counted.email_enabled,
      case when mailbox.email is null then 'no_address: the user has no e-mail address' end
    from unnest(coalesce(contacts.emails, array[null::text])) as mailbox (email)
    union all
    select
      'push', device.endpoint, counted.push_enabled,
      case when device.endpoint is null then 'no_address: the user has no push subscription that works' end
    from (select) as once
    left join public.push_subscriptions as device
      on counted.push_enabled and device.user_id = counted.user_id and device.is_active
      -- Longer ones fit into no index of deliveries.
      and octet_length(device.endpoint) <= 2048
    union all
    select
      'sms', phones.phone_number, counted.sms_enabled,
      case
        when phones.has_sms_available then null
        when phones.phone_number is null then 'no_address: the user has no number'
        when phones.opted_out then 'not_opted_out: the user has opted out of texts'
        when not phones.phone_verified then 'verified: the user''s number is not verified'
        else 'not_suppressed: the number is suppressed'
      end
  ) as way
  cross join lateral (
    select case when way.channel = 'in_app' then counted.at else coalesce(counted.quiet_until, counted.at) end as at
  ) as goes
  cross join lateral (
    -- A digest goes as long as there is something left to tell, and not after the first expiry of what it tells.
    select
      min(tellable.expires_at) filter (where tellable.dropped_reason is null) as expires_at,
      case
        when counted.digest_id is not null and count(*) filter (where tellable.dropped_reason is null) = 0
          then coalesce(min(tellable.dropped_reason), 'redacted: its events are gone')
      end as drop_reason
    from herald.digest_events(counted.digest_id, goes.at) as tellable
    where counted.digest_id is not null
  ) as gathered
  cross join lateral (
    select coalesce(
      case when counted.digest_id is null then counted.expires_at else gathered.expires_at end,
      case when way.channel in ('email', 'push') then goes.at + counted.shelf_life end
    ) as at
  ) as expiry;
end;
$$;

comment on function herald.decide_notifications(uuid[], uuid[], uuid[], boolean, timestamptz) is
$$A row for each event, user, channel and address: block_reason says why not (null: it may go), goes_at when.

p_event_ids, p_user_ids and p_digest_ids belong together one by one; a digest comes with one of its events.$$;

revoke execute on function herald.decide_notifications(uuid[], uuid[], uuid[], boolean, timestamptz) from public;
grant execute on function herald.decide_notifications(uuid[], uuid[], uuid[], boolean, timestamptz) to herald_runner;
