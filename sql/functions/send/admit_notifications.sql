-- Takes claimed send_notification jobs through the gates again, since wishes and addresses may have changed: returns
-- those that may go. What may not ends or waits here, with the reason; one whose delivery somebody else is just
-- changing goes back for a moment. A job that names no delivery is an application's own, and none of this concerns it.
create or replace function herald.admit_notifications(p_job_ids uuid[], p_now timestamptz)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deliveries public.notification_deliveries[];
  v_events uuid[];
  v_users uuid[];
  v_digests uuid[];
  v_admitted uuid[];
begin
  if coalesce(cardinality(p_job_ids), 0) = 0 then
    return;
  end if;

  select array_agg(locked)
  into v_deliveries
  from (
    select *
    from public.notification_deliveries
    where queue_job_id = any (p_job_ids)
    order by queue_job_id
    for no key update skip locked
  ) as locked;

  select array_agg(event_id), array_agg(recipient_user_id), array_agg(digest_id)
  into v_events, v_users, v_digests
  from (
    select distinct event_id, recipient_user_id, digest_id from unnest(v_deliveries) as delivery where event_id is not null
  ) as pair;

  with decisions as materialized (
    select * from herald.decide_notifications(v_events, v_users, v_digests, false, p_now)
  ),
  decided as materialized (
    select
      delivery.queue_job_id as job_id,
      delivery.id as delivery_id,
      case
        when delivery.status <> 'pending' then format('still_wanted: the delivery is %s', delivery.status)
        when delivery.expires_at <= p_now and not partly.is_told
          then format('expired: it expired at %s', herald.utc_text(delivery.expires_at))
        when herald.is_blank(coalesce(delivery.channel_identifier, '')) then 'no_address: the delivery names none'
        when delivery.event_id is null then null
        when decision.event_id is null then 'no_address: the push subscription is gone or switched off'
        else decision.block_reason
      end as reason,
      case
        -- What of a digest has expired is taken out of it by the next tick.
        when setting.kill_switch or partly.is_told then p_now + interval '1 second'
        else nullif(greatest(delivery.scheduled_for, decision.goes_at, p_now), p_now)
      end as until
    from unnest(v_deliveries) as delivery
    cross join herald.settings as setting
    cross join lateral (
      select
        coalesce(delivery.expires_at <= p_now, false) and exists (
          select from herald.digest_events(delivery.digest_id, p_now) as other where other.dropped_reason is null
        ) as is_told
    ) as partly
    left join decisions as decision
      on decision.event_id = delivery.event_id
      and decision.digest_id is not distinct from delivery.digest_id
      and decision.user_id = delivery.recipient_user_id
      and decision.channel = delivery.channel
      -- A mail goes to the address of the time of the event; a device is there or it is not.
      and (decision.channel = 'email' or decision.address = delivery.channel_identifier)
  ),
  ended as (
    update public.queue_jobs as job
    set status = 'cancelled', completed_at = p_now, error_message = decided.reason
    from decided
    where job.id = decided.job_id and decided.reason is not null
  ),
  waiting as (
    update public.queue_jobs as job
    set status = 'pending', attempts = job.attempts - 1, scheduled_for = decided.until
    from decided
    where job.id = decided.job_id and decided.reason is null and decided.until is not null
  ),
  planned as (
    update public.notification_deliveries as delivery
    set scheduled_for = decided.until
    from decided
    cross join herald.settings as setting
    where delivery.id = decided.delivery_id and decided.reason is null and decided.until is not null
      and not setting.kill_switch
  ),
  unplaced as (
    select job.id, delivery.id as delivery_id
    from public.queue_jobs as job
    left join public.notification_deliveries as delivery on delivery.queue_job_id = job.id
    where job.id = any (p_job_ids)
      and job.id not in (select decided.job_id from decided)
      and (delivery.id is not null or job.metadata ->> 'delivery_id' is not null)
  ),
  returned as (
    update public.queue_jobs as job
    set status = 'pending', attempts = job.attempts - 1, scheduled_for = p_now + interval '1 second'
    from unplaced
    where job.id = unplaced.id and unplaced.delivery_id is not null
  ),
  failed as (
    update public.queue_jobs as job
    set
      status = 'failed',
      completed_at = p_now,
      error_message = 'no delivery waits for this job: metadata.delivery_id names none, or one that has another job'
    from unplaced
    where job.id = unplaced.id and unplaced.delivery_id is null
  )
  select array_agg(claimed.id)
  into v_admitted
  from unnest(p_job_ids) as claimed (id)
  where not exists (
      select from decided
      where decided.job_id = claimed.id and (decided.reason is not null or decided.until is not null)
    )
    and claimed.id not in (select unplaced.id from unplaced);

  return query select unnest(v_admitted);
end;
$$;

comment on function herald.admit_notifications(uuid[], timestamptz) is
'Gates claimed send_notification jobs; returns the ids of those that may go.';

revoke execute on function herald.admit_notifications(uuid[], timestamptz) from public;
grant execute on function herald.admit_notifications(uuid[], timestamptz) to herald_runner;
