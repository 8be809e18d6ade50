-- Takes the content out of an event and out of what its notifications carry. What has not gone out yet does not go any
-- more; a digest goes without it. That there was an event, and who heard of it, stays.
create or replace function public.redact_notification_event(p_event_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_reason constant text := 'redacted: the event''s content was removed';
  v_digests uuid[];
  v_ended uuid[];
  v_retold uuid[];
begin
  update public.notification_events
  set payload = '{}', metadata = null, redacted_at = v_now
  where id = p_event_id and redacted_at is null;
  if not found then
    return false;
  end if;

  -- Whoever is just telling of it read it before: waited for, and then seen.
  delete from herald.notification_latecomers where event_id = p_event_id;
  v_digests := array(
    select id
    from herald.notification_digests
    where id in (select digest_id from herald.notification_digest_events where event_id = p_event_id)
    order by user_id, event_type, id
    for no key update
  );

  select array_agg(delivery.id) filter (where kept.is_empty), array_agg(delivery.id) filter (where not kept.is_empty)
  into v_ended, v_retold
  from public.notification_deliveries as delivery
  cross join lateral (
    select
      delivery.digest_id is null
      or not exists (
        select from herald.digest_events(delivery.digest_id, '-infinity') as other where other.dropped_reason is null
      ) as is_empty
  ) as kept
  where (delivery.event_id = p_event_id and delivery.digest_id is null) or delivery.digest_id = any (v_digests);

  perform herald.cancel_jobs(array_agg(carried.queue_job_id), v_reason, v_now)
  from (
    select queue_job_id
    from public.notification_deliveries
    where id = any (v_ended) and queue_job_id is not null
    union all
    select queue_job_id
    from public.sms_messages
    where notification_delivery_id = any (v_ended) and queue_job_id is not null
  ) as carried
  having count(*) > 0;

  update public.sms_messages
  set status = 'cancelled', cancelled_at = v_now, cancel_reason = v_reason
  where notification_delivery_id = any (v_ended) and status in ('pending', 'scheduled');

  -- Nobody has got these, nor the links in them.
  with unsaid as (
    update public.sms_messages
    set message_content = '(redacted)', template_vars = null
    where twilio_sid is null
      and (
        (notification_delivery_id = any (v_ended) and status in ('cancelled', 'failed'))
        or (notification_delivery_id = any (v_retold) and status = 'cancelled')
      )
    returning notification_delivery_id
  )
  delete from public.notification_tracking_links as link
  using unsaid
  where link.delivery_id = unsaid.notification_delivery_id;

  -- Those in whose place another text was made.
  update public.sms_messages as message
  set message_content = '(redacted)', template_vars = null
  from public.notification_deliveries as delivery
  where delivery.id = any (v_ended || v_retold)
    and delivery.channel = 'sms'
    and message.user_id = delivery.recipient_user_id
    and message.status = 'cancelled'
    and message.notification_delivery_id is null
    and message.metadata ->> 'delivery_id' = delivery.id::text;

  update public.notification_deliveries
  set
    payload = '{}',
    status = case when status = 'pending' then 'failed' else status end,
    failed_at = case when status = 'pending' then v_now else failed_at end,
    suppressed_reason = case when status = 'pending' then v_reason else suppressed_reason end
  where id = any (v_ended);

  if v_retold is not null then
    perform herald.retell_digests(v_retold, v_now, v_now);
  end if;
  return true;
end;
$$;

comment on function public.redact_notification_event(uuid, timestamptz) is
$$Removes payload and metadata of an event, and the payloads of its deliveries; false if that was done before.

Deliveries and texts that have not gone out end with this as the reason; digests go without the event. Texts that went
out keep their words and links, as they are on the reader's telephone.

Example: {"p_event_id": "50000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.redact_notification_event(uuid, timestamptz) from public;
grant execute on function public.redact_notification_event(uuid, timestamptz) to herald_runner;
