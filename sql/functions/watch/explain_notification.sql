-- Why a user heard of an event, or did not: what is on record for each channel.
create or replace function public.explain_notification(
  p_event_id uuid,
  p_user_id uuid
)
returns table (channel text, outcome text, evidence text, delivery_id uuid)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_event public.notification_events;
  v_subscription public.notification_subscriptions;
begin
  select * into v_event from public.notification_events where id = p_event_id;
  if not found then
    perform herald.refuse_unknown('p_event_id', p_event_id::text);
  end if;

  return query
  select
    delivery.channel, case when delivery.suppressed_reason is null then delivery.status else 'suppressed' end,
    coalesce(
      delivery.suppressed_reason,
      delivery.last_error,
      case
        when delivery.status = 'pending' and delivery.scheduled_for is not null
          then format('it goes at %s', herald.utc_text(delivery.scheduled_for))
        when delivery.status = 'pending' then 'it is on its way'
        when delivery.erased_at is not null then format('what it said was erased at %s', herald.utc_text(delivery.erased_at))
        when delivery.digest_id is not null then 'told together with others'
        else 'told'
      end
    ),
    delivery.id
  from public.notification_deliveries as delivery
  where delivery.recipient_user_id = p_user_id
    and (
      delivery.event_id = p_event_id
      or (
        delivery.digest_id in (select digest_id from herald.notification_digest_events where event_id = p_event_id)
        -- What was left out of it has its own reason.
        and not exists (
          select
          from public.notification_suppressions as suppression
          where suppression.event_id = p_event_id
            and suppression.recipient_user_id = p_user_id
            and suppression.channel = delivery.channel
        )
      )
    )
  union all
  select suppression.channel, 'suppressed', suppression.reason, null
  from public.notification_suppressions as suppression
  where suppression.event_id = p_event_id and suppression.recipient_user_id = p_user_id
  union all
  select null, 'gathered', format('it is told with others at %s', herald.utc_text(digest.due_at)), null
  from herald.notification_digest_events as gathered
  inner join herald.notification_digests as digest on digest.id = gathered.digest_id
  where gathered.event_id = p_event_id and digest.user_id = p_user_id and digest.flushed_at is null
  union all
  select null, 'waiting', 'another transaction held the user''s row: told as soon as that ends', null
  from herald.notification_latecomers
  where event_id = p_event_id and user_id = p_user_id
  order by 1, 4;
  if found then
    return;
  end if;

  select *
  into v_subscription
  from public.notification_subscriptions
  where user_id = p_user_id and event_type = v_event.event_type;
  return query
  select null, 'not_addressed', case
      when v_subscription.id is null then 'the user is not subscribed to ' || v_event.event_type
      when v_subscription.is_active is not true then 'the subscription is switched off'
      when v_event.target_user_id <> p_user_id then 'the event was for another user'
      when not herald.filters_match(v_subscription.filters, v_event.payload) then 'the subscription''s filters do not match'
      when p_user_id not in (select herald.admin_user_ids())
        and (
          v_subscription.admin_only
          or (select is_admin_only from herald.event_types where event_type = v_event.event_type)
        )
        then 'the event is for administrators'
      else 'the user subscribed after the event'
    end, null::uuid;
end;
$$;

comment on function public.explain_notification(uuid, uuid) is
$$What became of an event for a user, a row for each channel and address: why it was told, or was not.

outcome: a delivery's status; suppressed; gathered for a digest; waiting, for whoever holds the user's row; or
  not_addressed.

Errors: 23503 unknown event.

Example: {"p_event_id": "50000000-0000-4000-8000-000000000001", "p_user_id": "10000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.explain_notification(uuid, uuid) from public;
grant execute on function public.explain_notification(uuid, uuid) to herald_runner;
