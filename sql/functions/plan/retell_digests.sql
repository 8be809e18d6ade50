-- Tells digests anew, without what was redacted or has expired: payloads, and the words of texts that have not left.
-- What has gone out keeps what it said then, less what was redacted. The events left out have the reason on record.
create or replace function herald.retell_digests(p_delivery_ids uuid[], p_at timestamptz, p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_waiting uuid[];
  v_retold integer;
begin
  -- Texts before deliveries, as everywhere.
  perform
  from public.sms_messages
  where notification_delivery_id = any (p_delivery_ids)
  order by id
  for no key update;

  with held as materialized (
    select id, digest_id, recipient_user_id, channel, event_id, expires_at, status,
      case when status = 'pending' then greatest(scheduled_for, p_at) else coalesce(scheduled_for, created_at) end as at
    from public.notification_deliveries
    where id = any (p_delivery_ids) and digest_id is not null and erased_at is null
    order by id
    for no key update
  ),
  told as materialized (
    select held.*, said.event_id as told_id, said.payload, said.expires_at as told_until
    from held
    cross join lateral herald.notification_words(held.event_id, held.digest_id, held.at) as said
  ),
  dropped as (
    insert into public.notification_suppressions (event_id, recipient_user_id, channel, reason, created_at)
    select gone.event_id, told.recipient_user_id, told.channel, gone.dropped_reason, p_now
    from told
    cross join lateral herald.digest_events(told.digest_id, told.at) as gone
    where told.status = 'pending' and gone.dropped_reason is not null
    on conflict (event_id, recipient_user_id, channel) do nothing
  ),
  retold as (
    update public.notification_deliveries as delivery
    set
      event_id = told.told_id,
      payload = told.payload,
      expires_at = case
        when told.status <> 'pending' then delivery.expires_at
        when told.told_until is not null then told.told_until
        -- What has no expiry of its own lasts as long as is usual.
        when told.channel in ('email', 'push') and delivery.expires_at <= told.at
          then told.at + coalesce(known.default_expiry, setting.default_expiry)
        when told.channel in ('email', 'push') then delivery.expires_at
      end
    from told
    inner join public.notification_events as event on event.id = told.told_id
    inner join herald.event_types as known on known.event_type = event.event_type
    cross join herald.settings as setting
    where delivery.id = told.id
    returning delivery.id, delivery.channel, delivery.status
  )
  select count(*), array_agg(id) filter (where channel = 'sms' and status in ('pending', 'failed'))
  into v_retold, v_waiting
  from retold;

  if v_waiting is not null then
    update public.sms_messages as message
    set
      message_content = said.words,
      template_id = said.template_id,
      expires_at = coalesce(said.ends_at, message.expires_at)
    from herald.word_notification_texts(v_waiting, p_at) as said
    where message.notification_delivery_id = said.delivery_id
      and message.status in ('pending', 'scheduled', 'queued', 'failed')
      and message.words_erased_at is null
      and message.twilio_sid is null;

    delete from public.notification_tracking_links as link
    using public.sms_messages as message
    where link.delivery_id = any (v_waiting)
      and message.notification_delivery_id = link.delivery_id
      and message.status in ('pending', 'scheduled', 'queued', 'failed')
      and message.twilio_sid is null
      and strpos(message.message_content, '/l/' || link.short_code) = 0;
  end if;
  return v_retold;
end;
$$;

comment on function herald.retell_digests(uuid[], timestamptz, timestamptz) is
$$Gives deliveries of digests the words of what can be told at p_at; returns how many have something left to tell.

The others are left as they are.$$;

revoke execute on function herald.retell_digests(uuid[], timestamptz, timestamptz) from public;
grant execute on function herald.retell_digests(uuid[], timestamptz, timestamptz) to herald_runner;
