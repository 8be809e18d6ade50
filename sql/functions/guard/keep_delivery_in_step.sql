-- What becomes of a text becomes of the delivery it carries, as far as the delivery's own machine allows: a delivery
-- that is further on (opened, clicked) is not moved back.
create or replace function herald.keep_delivery_in_step()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_status constant text := case new.status
    when 'sent' then 'sent'
    when 'delivered' then 'delivered'
    when 'failed' then 'failed'
    when 'undelivered' then 'failed'
    when 'cancelled' then 'failed'
    when 'queued' then 'pending'
  end;
begin
  update public.notification_deliveries as delivery
  set
    status = coalesce(
      (
        select legal.to_status
        from herald.transitions as legal
        where legal.machine = 'delivery' and legal.from_status = delivery.status and legal.to_status = v_status
      ),
      delivery.status
    ),
    sent_at = coalesce(delivery.sent_at, new.sent_at),
    -- A report takes the place of what a click let us guess, and is no later than the click.
    delivered_at = case
      when 'delivered_at' = any (delivery.inferred) then least(delivery.delivered_at, new.delivered_at)
      else coalesce(delivery.delivered_at, new.delivered_at)
    end,
    inferred = case
      when new.delivered_at is not null then array_remove(delivery.inferred, 'delivered_at') else delivery.inferred
    end,
    attempts = new.attempt_count,
    -- The text's time is the delivery's, also when somebody moves it or a gate makes it wait.
    scheduled_for = case
      when new.scheduled_for is distinct from old.scheduled_for then new.scheduled_for else delivery.scheduled_for
    end,
    external_id = coalesce(new.twilio_sid, delivery.external_id),
    suppressed_reason = case
      when new.status = 'cancelled' then new.cancel_reason
      when new.status <> 'queued' then delivery.suppressed_reason
    end,
    last_error = coalesce(new.cancel_reason, new.twilio_error_message, delivery.last_error)
  where delivery.id = new.notification_delivery_id;
  return null;
end;
$$;

comment on function herald.keep_delivery_in_step() is 'Trigger: carries a text''s status and time on to its delivery.';

revoke execute on function herald.keep_delivery_in_step() from public;

create or replace trigger t50_keep_delivery_in_step
after update on public.sms_messages
for each row when (
  new.notification_delivery_id is not null
  and (old.status, old.attempt_count, old.twilio_sid, old.scheduled_for) is distinct from (
    new.status, new.attempt_count, new.twilio_sid, new.scheduled_for
  )
)
execute function herald.keep_delivery_in_step();
