-- Writes the texts of SMS deliveries that have none yet, and their jobs if they are due.
create or replace function herald.write_notification_texts(p_delivery_ids uuid[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
declare
  v_texts uuid[];
begin
  with written as (
    insert into public.sms_messages (
      user_id, phone_number, message_content, template_id, status, priority, scheduled_for, expires_at, metadata,
      category, notification_delivery_id, correlation_id
    )
    select
      delivery.recipient_user_id, delivery.channel_identifier, said.words, said.template_id,
      'scheduled',
      -- Looked up for each: a join may begin with all that is of a type.
      coalesce(
        (
          select wishes.priority
          from public.user_notification_preferences as wishes
          where wishes.user_id = delivery.recipient_user_id and wishes.event_type = event.event_type
        ),
        'normal'
      )::public.sms_priority,
      coalesce(delivery.scheduled_for, p_now),
      -- A digest loses on the way what expires, and goes as long as something is left.
      case when delivery.digest_id is null then delivery.expires_at else said.ends_at end,
      jsonb_build_object(
        'event_id', delivery.event_id, 'event_type', event.event_type, 'delivery_id', delivery.id
      ),
      (select known.sms_category from herald.event_types as known where known.event_type = event.event_type),
      delivery.id, delivery.correlation_id
    from herald.word_notification_texts(p_delivery_ids, p_now) as said
    inner join public.notification_deliveries as delivery on delivery.id = said.delivery_id
    inner join public.notification_events as event on event.id = delivery.event_id
    on conflict (notification_delivery_id) where notification_delivery_id is not null do nothing
    returning id, template_id
  ),
  used as (
    insert into herald.sms_template_uses (template_id, used_at)
    select template_id, p_now from written where template_id is not null
  )
  select array_agg(id) into v_texts from written;

  perform herald.promote_messages(v_texts, p_now);
end;
$$;

comment on function herald.write_notification_texts(uuid[], timestamptz) is
'Makes the texts of SMS deliveries that have none yet, and plans those that are due.';

revoke execute on function herald.write_notification_texts(uuid[], timestamptz) from public;
grant execute on function herald.write_notification_texts(uuid[], timestamptz) to herald_runner;
