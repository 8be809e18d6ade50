-- Gives a delivery that failed another life, with all its attempts, whoever failed it and whether attempts were left. A
-- text that a rule or somebody has cancelled stays cancelled: the delivery gets a fresh one. What was redacted has
-- nothing left to say.
create or replace function public.redrive_notification(p_delivery_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_delivery public.notification_deliveries;
  v_message_id uuid;
  v_is_cancelled boolean;
begin
  select * into v_delivery from public.notification_deliveries where id = p_delivery_id;
  if v_delivery.status is distinct from 'failed' then
    return false;
  end if;
  if v_delivery.erased_at is not null then
    raise exception 'delivery % has been erased', p_delivery_id
      using errcode = 'SMS01', hint = 'It cannot be sent any more: emit a new event.';
  end if;
  if exists (select from public.notification_events where id = v_delivery.event_id and redacted_at is not null) then
    return false;
  end if;

  select id, status = 'cancelled'
  into v_message_id, v_is_cancelled
  from public.sms_messages
  where notification_delivery_id = p_delivery_id;
  if v_delivery.channel = 'sms' and coalesce(v_is_cancelled, true) then
    if not exists (select from herald.notification_words(v_delivery.event_id, v_delivery.digest_id, v_now)) then
      return false;
    end if;
    perform herald.lock_text(v_message_id);
    update public.sms_messages set notification_delivery_id = null where id = v_message_id;
    update public.notification_deliveries
    set
      status = 'pending', attempts = 0, scheduled_for = v_now, suppressed_reason = null
    where id = p_delivery_id and status = 'failed';
    if not found then
      return false;
    end if;
    perform herald.retell_digests(array[p_delivery_id], v_now, v_now);
    perform herald.write_notification_texts(array[p_delivery_id], v_now);
    return true;
  end if;
  if v_message_id is not null then
    return public.redrive_sms(v_message_id, v_now);
  end if;

  -- Out of time is not out of luck: it gets as long again.
  update public.notification_deliveries
  set expires_at = case when expires_at <= v_now then v_now + (select default_expiry from herald.settings) else expires_at end
  where id = p_delivery_id;
  if public.redrive_queue_job(v_delivery.queue_job_id, v_now) then
    perform herald.retell_digests(array[p_delivery_id], v_now, v_now);
    return true;
  end if;

  -- Its job was cancelled, or is gone: the next promotion makes it another one.
  update public.notification_deliveries
  set status = 'pending', queue_job_id = null, attempts = 0, scheduled_for = v_now, suppressed_reason = null
  where id = p_delivery_id and status = 'failed';
  if not found then
    return false;
  end if;
  perform herald.retell_digests(array[p_delivery_id], v_now, v_now);
  return true;
end;
$$;

comment on function public.redrive_notification(uuid, timestamptz) is
$$Sends a failed delivery again, with all attempts; false if it has not failed, or if its event was redacted.

It passes the gates again: one that the user does not want any more ends with that as the reason. A delivery whose text
was cancelled or deleted gets a fresh one, and a cancelled one stays without the delivery; false if there is nothing to
tell, since it has no event or its digest has expired.

Errors: SMS01 it has been erased.

Example: {"p_delivery_id": "60000000-0000-4000-8000-000000000003"}$$;

revoke execute on function public.redrive_notification(uuid, timestamptz) from public;
grant execute on function public.redrive_notification(uuid, timestamptz) to herald_runner;
