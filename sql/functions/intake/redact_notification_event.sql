-- Takes the content out of an event and out of what its notifications carry. What has not gone out yet does not go any
-- more; that there was an event, and who heard of it, stays.
create or replace function public.redact_notification_event(p_event_id uuid, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_now constant timestamptz := coalesce(p_now, now());
begin
  update public.notification_events
  set payload = '{}', metadata = null, redacted_at = v_now
  where id = p_event_id and redacted_at is null;
  if not found then
    return false;
  end if;

  perform herald.cancel_jobs(array_agg(carried.queue_job_id), 'redacted: the event''s content was removed', v_now)
  from (
    select queue_job_id
    from public.notification_deliveries
    where event_id = p_event_id and queue_job_id is not null
    union all
    select message.queue_job_id
    from public.notification_deliveries as delivery
    inner join public.sms_messages as message on message.notification_delivery_id = delivery.id
    where delivery.event_id = p_event_id and message.queue_job_id is not null
  ) as carried
  having count(*) > 0;

  update public.sms_messages as message
  set status = 'cancelled', cancelled_at = v_now, cancel_reason = 'redacted: the event''s content was removed'
  from public.notification_deliveries as delivery
  where delivery.event_id = p_event_id
    and message.notification_delivery_id = delivery.id
    and message.status in ('pending', 'scheduled');

  update public.notification_deliveries
  set
    payload = '{}',
    status = case when status = 'pending' then 'failed' else status end,
    failed_at = case when status = 'pending' then v_now else failed_at end,
    suppressed_reason = case
      when status = 'pending' then 'redacted: the event''s content was removed' else suppressed_reason
    end
  where event_id = p_event_id
    or digest_id in (select digest_id from herald.notification_digest_events where event_id = p_event_id);
  return true;
end;
$$;

comment on function public.redact_notification_event(uuid, timestamptz) is
$$Removes payload and metadata of an event, and the payloads of its deliveries; false if that was done before.

Deliveries and texts that have not gone out end with this as the reason. Texts that went out keep their words.$$;

revoke execute on function public.redact_notification_event(uuid, timestamptz) from public;
grant execute on function public.redact_notification_event(uuid, timestamptz) to herald_runner;
