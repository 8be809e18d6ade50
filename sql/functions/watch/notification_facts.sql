-- What every statistic of notifications counts: the deliveries that were written in a span of time, and what their own
-- timestamps tell of them. What was suppressed is none: it is a wish that was kept.
create or replace function herald.notification_facts(p_from timestamptz, p_to timestamptz)
returns table (
  delivery_id uuid,
  event_id uuid,
  event_type text,
  recipient_user_id uuid,
  channel text,
  created_at timestamptz,
  went_at timestamptz,
  arrived_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  failed_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    delivery.id, delivery.event_id, coalesce(event.event_type, delivery.payload ->> 'event_type'),
    delivery.recipient_user_id, delivery.channel, delivery.created_at,
    coalesce(delivery.sent_at, delivery.delivered_at, delivery.opened_at, delivery.clicked_at),
    -- Whoever opens it or follows its link has it.
    coalesce(delivery.delivered_at, delivery.opened_at, delivery.clicked_at),
    coalesce(delivery.opened_at, delivery.clicked_at),
    delivery.clicked_at,
    case when delivery.status in ('failed', 'bounced') then coalesce(delivery.failed_at, delivery.bounced_at) end
  from public.notification_deliveries as delivery
  left join public.notification_events as event on event.id = delivery.event_id
  where delivery.created_at >= p_from
    and delivery.created_at < p_to
    and delivery.suppressed_reason is null;
$$;

comment on function herald.notification_facts(timestamptz, timestamptz) is
'Deliveries written from p_from to before p_to with the instants that count; failed_at is null unless it ended so.';

revoke execute on function herald.notification_facts(timestamptz, timestamptz) from public;
grant execute on function herald.notification_facts(timestamptz, timestamptz) to herald_runner;
