-- Takes what they said and where they went out of deliveries that are over. The type of the event stays, by which
-- statistics count, and each keeps an address of its own, by which an event reaches an address once.
create or replace function herald.erase_deliveries(p_delivery_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased integer;
begin
  update public.notification_deliveries as delivery
  set
    payload = coalesce(
      (
        select jsonb_build_object('event_type', known.event_type)
        from herald.event_types as known
        where known.event_type = delivery.payload ->> 'event_type'
      ),
      '{}'
    ),
    channel_identifier = case when delivery.channel_identifier is not null then 'erased:' || delivery.id end,
    last_error = herald.erased_reason(delivery.last_error),
    suppressed_reason = herald.erased_reason(delivery.suppressed_reason),
    tracking_id = null,
    erased_at = coalesce(delivery.erased_at, p_now)
  where delivery.id = any (p_delivery_ids)
    and delivery.status <> 'pending';
  get diagnostics v_erased = row_count;
  return v_erased;
end;
$$;

comment on function herald.erase_deliveries(uuid[], timestamptz) is
'Erases payload, address and errors of those of these deliveries that are over; returns how many.';

revoke execute on function herald.erase_deliveries(uuid[], timestamptz) from public;
grant execute on function herald.erase_deliveries(uuid[], timestamptz) to herald_runner;
