-- Writes down what there is to be erased of a user: all that came to be before the erasure was asked for and has
-- anything personal left. The offsets keep each look on its index: the planner might as well read all links at once.
create or replace function herald.list_erasure(p_user_id uuid, p_requested_at timestamptz)
returns bigint
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with listed as (
    insert into herald.erasure_rows (user_id, kind, row_id)
    select p_user_id, 'text', message.id
    from public.sms_messages as message
    where message.user_id = p_user_id
      and message.created_at <= p_requested_at
      and (
        message.words_erased_at is null
        or message.number_erased_at is null
        or exists (
          select
          from public.notification_tracking_links as link
          where link.message_id = message.id and link.erased_at is null
          offset 0
        )
        or exists (
          select from herald.sms_status_log as log where log.message_id = message.id and log.parameters <> '{}' offset 0
        )
      )
    union all
    select p_user_id, 'delivery', delivery.id
    from public.notification_deliveries as delivery
    where delivery.recipient_user_id = p_user_id
      and delivery.created_at <= p_requested_at
      and (
        delivery.erased_at is null
        or exists (
          select
          from public.notification_tracking_links as link
          where link.delivery_id = delivery.id and link.erased_at is null
          offset 0
        )
      )
    union all
    select p_user_id, 'event', event.id
    from (
      select id from public.notification_events where actor_user_id = p_user_id
      union
      select id from public.notification_events where target_user_id = p_user_id
      union
      select event_id from herald.deleted_event_users where user_id = p_user_id
    ) as about
    inner join public.notification_events as event on event.id = about.id
    where event.created_at <= p_requested_at
      and (
        event.redacted_at is null
        or num_nonnulls(event.idempotency_key, event.request_digest) > 0
        or exists (
          select
          from public.notification_deliveries as delivery
          inner join public.sms_messages as told on told.notification_delivery_id = delivery.id
          where delivery.event_id = event.id and told.words_erased_at is null
          offset 0
        )
      )
    union all
    select distinct p_user_id, 'suppression', suppression.event_id
    from public.notification_suppressions as suppression
    where suppression.recipient_user_id = p_user_id
      and suppression.created_at <= p_requested_at
      and suppression.reason is distinct from herald.erased_reason(suppression.reason)
    union all
    select p_user_id, 'job', job.id
    from public.queue_jobs as job
    where job.user_id = p_user_id
      and job.created_at <= p_requested_at
      and (
        job.status not in ('completed', 'failed', 'cancelled')
        or case
          when jsonb_typeof(job.metadata) = 'object'
            then job.metadata - '{message_id, event_id, delivery_id}'::text[] <> '{}'
          else job.metadata is not null
        end
        or num_nonnulls(job.result, job.dedup_key) > 0
        or job.error_message is distinct from herald.erased_reason(job.error_message)
      )
    on conflict do nothing
    returning row_id
  )
  select count(*) from listed;
$$;

comment on function herald.list_erasure(uuid, timestamptz) is
'Notes what is to be erased of a user in herald.erasure_rows; returns how many rows.';

revoke execute on function herald.list_erasure(uuid, timestamptz) from public;
grant execute on function herald.list_erasure(uuid, timestamptz) to herald_runner;
