-- Writes the texts of SMS deliveries, each with its own short links, and their jobs if they are due. Words first, then
-- links, then the measure: a text that links would make too long keeps its addresses.
create or replace function herald.write_notification_texts(p_delivery_ids uuid[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
set jit = 'off'
as $$
declare
  v_base constant text := (select link_base_url from herald.settings);
  v_said jsonb;
  v_texts uuid[];
begin
  -- The same for all deliveries of an event, so looked for once.
  select jsonb_object_agg(told.words_of, words.sms)
  into v_said
  from (
    select distinct coalesce(digest_id, event_id) as words_of, event_id, digest_id
    from public.notification_deliveries
    where id = any (p_delivery_ids)
  ) as told
  cross join lateral herald.notification_words(told.event_id, told.digest_id) as words;

  if v_base is not null then
    perform herald.make_links(array_agg(delivery.id), array_agg(found.url), p_now)
    from public.notification_deliveries as delivery
    inner join (
      select said.words_of::uuid as words_of, each.url
      from jsonb_each_text(v_said) as said (words_of, sms)
      cross join lateral herald.find_urls(said.sms) as each (url)
    ) as found on found.words_of = coalesce(delivery.digest_id, delivery.event_id)
    where delivery.id = any (p_delivery_ids)
    having count(*) > 0;
  end if;

  with written as (
    insert into public.sms_messages (
      user_id, phone_number, message_content, template_id, status, priority, scheduled_for, expires_at, metadata,
      category, notification_delivery_id, correlation_id
    )
    select
      carrying.recipient_user_id, carrying.channel_identifier,
      case when char_length(shortened.words) <= 1600 then shortened.words else carrying.sms end,
      template.id,
      'scheduled', coalesce(wishes.priority, 'normal')::public.sms_priority, coalesce(carrying.scheduled_for, p_now),
      carrying.expires_at,
      jsonb_build_object(
        'event_id', carrying.event_id, 'event_type', event.event_type, 'delivery_id', carrying.id
      ),
      known.sms_category, carrying.id, carrying.correlation_id
    from (
      select *, v_said ->> coalesce(digest_id, event_id)::text as sms
      from public.notification_deliveries
      where id = any (p_delivery_ids)
    ) as carrying
    inner join public.notification_events as event on event.id = carrying.event_id
    inner join herald.event_types as known on known.event_type = event.event_type
    left join public.user_notification_preferences as wishes
      on wishes.user_id = carrying.recipient_user_id and wishes.event_type = event.event_type
    left join public.sms_templates as template
      on template.template_key = known.sms_template_key and carrying.digest_id is null
    cross join lateral (
      select coalesce(
        herald.shorten_urls(
          carrying.sms, array_agg(link.destination_url), array_agg(v_base || '/l/' || link.short_code)
        ),
        carrying.sms
      ) as words
      from public.notification_tracking_links as link
      where link.delivery_id = carrying.id and v_base is not null
    ) as shortened
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
