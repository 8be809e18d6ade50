-- Who is subscribed to what, a row for each user.
create or replace function public.get_notification_active_subscriptions()
returns table (
  user_id uuid,
  email text,
  name text,
  subscribed_events text[],
  push_enabled boolean,
  email_enabled boolean,
  sms_enabled boolean,
  in_app_enabled boolean,
  last_notification_sent timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with subscribed as materialized (
    select
      subscription.user_id, array_agg(subscription.event_type order by subscription.event_type) as events,
      bool_or(wishes.push_enabled) as push, bool_or(wishes.email_enabled) as email, bool_or(wishes.sms_enabled) as sms,
      bool_or(wishes.in_app_enabled) as in_app
    from public.notification_subscriptions as subscription
    left join public.user_notification_preferences as wishes
      on wishes.user_id = subscription.user_id and wishes.event_type = subscription.event_type
    where subscription.is_active
    group by subscription.user_id
  )
  select
    subscribed.user_id, contact.email, contact.name, subscribed.events, coalesce(subscribed.push, false),
    coalesce(subscribed.email, false), coalesce(subscribed.sms, false), coalesce(subscribed.in_app, false), latest.sent_at
  from subscribed
  left join (
    -- Several addresses are one user.
    select distinct on (user_id) user_id, email, name
    from herald.user_contacts(array(select subscribed.user_id from subscribed))
    order by user_id, email
  ) as contact
    on contact.user_id = subscribed.user_id
  left join lateral (
    select max(coalesce(delivery.sent_at, delivery.delivered_at)) as sent_at
    from public.notification_deliveries as delivery
    where delivery.recipient_user_id = subscribed.user_id
  ) as latest on true
  order by subscribed.user_id;
$$;

comment on function public.get_notification_active_subscriptions() is
$$A row for each user with an active subscription.

email, name: by herald.user_contacts(); null if unknown.
subscribed_events: in alphabetical order.
push_enabled, email_enabled, sms_enabled, in_app_enabled: true if it is on for any of these events.
last_notification_sent: over all channels, null if there was none.

Example: {}$$;

revoke execute on function public.get_notification_active_subscriptions() from public;
grant execute on function public.get_notification_active_subscriptions() to herald_runner;
