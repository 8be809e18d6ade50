-- Writes the texts of SMS deliveries, each with its own short links, and their jobs if they are due. Words first, then
-- links, then the measure: a text that links would make too long keeps its addresses.
create or replace function herald.write_notification_texts(p_delivery_ids uuid[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_base constant text := (select link_base_url from herald.settings);
  v_texts uuid[];
begin
  with said as materialized (
    select told.words_of, words.sms, case when v_base is not null then array(select herald.find_urls(words.sms)) end as urls
    from (
      select distinct coalesce(digest_id, event_id) as words_of, event_id, digest_id
      from public.notification_deliveries
      where id = any (p_delivery_ids)
    ) as told
    cross join lateral herald.notification_words(told.event_id, told.digest_id) as words
  ),
  carrying as materialized (
    select delivery.*, said.sms, said.urls
    from public.notification_deliveries as delivery
    inner join said on said.words_of = coalesce(delivery.digest_id, delivery.event_id)
    where delivery.id = any (p_delivery_ids)
  ),
  links as materialized (
    select
      made.delivery_id, array_agg(made.destination_url) as urls,
      array_agg(v_base || '/l/' || made.short_code) as short_urls
    from (
      select array_agg(carrying.id) as delivery_ids, array_agg(wanted.url) as urls
      from carrying
      cross join lateral unnest(carrying.urls) as wanted (url)
    ) as wish
    cross join lateral herald.make_links(wish.delivery_ids, wish.urls, p_now) as made
    where wish.delivery_ids is not null
    group by made.delivery_id
  ),
  written as (
    insert into public.sms_messages (
      user_id, phone_number, message_content, template_id, status, priority, scheduled_for, expires_at, metadata,
      category, notification_delivery_id, correlation_id
    )
    select
      carrying.recipient_user_id, carrying.channel_identifier,
      case when char_length(shortened.words) <= 1600 then shortened.words else carrying.sms end,
      template.id,
      case when carrying.scheduled_for is null then 'pending' else 'scheduled' end::public.sms_status,
      coalesce(wishes.priority, 'normal')::public.sms_priority, carrying.scheduled_for, carrying.expires_at,
      jsonb_build_object(
        'event_id', carrying.event_id, 'event_type', event.event_type, 'delivery_id', carrying.id
      ),
      known.sms_category, carrying.id, carrying.correlation_id
    from carrying
    inner join public.notification_events as event on event.id = carrying.event_id
    inner join herald.event_types as known on known.event_type = event.event_type
    left join public.user_notification_preferences as wishes
      on wishes.user_id = carrying.recipient_user_id and wishes.event_type = event.event_type
    left join public.sms_templates as template
      on template.template_key = known.sms_template_key and carrying.digest_id is null
    left join links on links.delivery_id = carrying.id
    cross join lateral (
      select coalesce(herald.shorten_urls(carrying.sms, links.urls, links.short_urls), carrying.sms) as words
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
