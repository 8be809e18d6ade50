-- What the texts of SMS deliveries say, each with its own short links. Words first, then links, then the measure: a
-- text that links would make too long keeps its addresses.
create or replace function herald.word_notification_texts(p_delivery_ids uuid[], p_now timestamptz)
returns table (delivery_id uuid, words text, template_id uuid, ends_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_base constant text := (select link_base_url from herald.settings);
  v_said jsonb;
begin
  -- The same for all deliveries of an event that go at one time, so looked for once.
  select jsonb_object_agg(told.key, to_jsonb(said) - 'payload')
  into v_said
  from (
    select distinct
      event_id, digest_id, greatest(scheduled_for, p_now) as goes_at,
      coalesce(digest_id, event_id) || ' ' || extract(epoch from greatest(scheduled_for, p_now)) as key
    from public.notification_deliveries
    where id = any (p_delivery_ids)
  ) as told
  cross join lateral herald.notification_words(told.event_id, told.digest_id, told.goes_at) as said;

  if v_base is not null then
    perform herald.make_links(array_agg(delivery.id), array_agg(found.url), p_now)
    from public.notification_deliveries as delivery
    inner join (
      select said.key, each.url
      from jsonb_each(v_said) as said (key, words)
      cross join lateral herald.find_urls(said.words ->> 'sms') as each (url)
    ) as found
      on found.key
        = coalesce(delivery.digest_id, delivery.event_id) || ' ' || extract(epoch from greatest(delivery.scheduled_for, p_now))
    where delivery.id = any (p_delivery_ids)
    having count(*) > 0;
  end if;

  return query
  select
    carrying.id,
    case when char_length(shortened.words) <= 1600 then shortened.words else carrying.said ->> 'sms' end,
    (carrying.said ->> 'template_id')::uuid,
    (carrying.said ->> 'ends_at')::timestamptz
  from (
    select
      id,
      v_said -> (coalesce(digest_id, event_id) || ' ' || extract(epoch from greatest(scheduled_for, p_now))) as said
    from public.notification_deliveries
    where id = any (p_delivery_ids)
  ) as carrying
  cross join lateral (
    select coalesce(
      herald.shorten_urls(
        carrying.said ->> 'sms', array_agg(link.destination_url), array_agg(v_base || '/l/' || link.short_code)
      ),
      carrying.said ->> 'sms'
    ) as words
    from public.notification_tracking_links as link
    where link.delivery_id = carrying.id and v_base is not null
  ) as shortened
  where carrying.said is not null;
end;
$$;

comment on function herald.word_notification_texts(uuid[], timestamptz) is
$$Words of the texts of SMS deliveries, and the template that made them, or null; makes their short links.

ends_at: when there is nothing to tell any more. No row where there is nothing already.$$;

revoke execute on function herald.word_notification_texts(uuid[], timestamptz) from public;
grant execute on function herald.word_notification_texts(uuid[], timestamptz) to herald_runner;
