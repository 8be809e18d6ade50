-- What a notification says and carries: of one event, or of all that a digest has gathered. A digest leaves out what
-- has been redacted, and what has expired by the time it goes.
create or replace function herald.notification_words(p_event_id uuid, p_digest_id uuid, p_at timestamptz)
returns table (event_id uuid, payload jsonb, sms text, template_id uuid, expires_at timestamptz, ends_at timestamptz)
language sql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
  with told as (
    select
      chosen.place, event.id, event.event_type, event.payload, event.created_at, event.expires_at, words.title,
      words.body, words.url, words.sms, words.template_id
    from (
      select p_event_id as event_id, 0::bigint as place
      where p_digest_id is null
      union all
      select tellable.event_id, tellable.place
      from herald.digest_events(p_digest_id, p_at) as tellable
      where tellable.dropped_reason is null
    ) as chosen
    inner join public.notification_events as event on event.id = chosen.event_id
    cross join lateral herald.event_words(event.event_type, event.payload) as words
  ),
  gathered as (
    select
      count(*) as events,
      min(expires_at) as expires_at,
      case when bool_and(expires_at is not null) then max(expires_at) end as ends_at,
      (array_agg(id order by place))[1] as first_id,
      herald.list_updates(
        array_agg(coalesce(body, title) order by place), array_agg(title order by place), 800
      ) as body,
      -- Room for three segments.
      herald.list_updates(array_agg(sms order by place), array_agg(title order by place), 400) as sms,
      jsonb_agg(
        jsonb_build_object('event_id', id, 'created_at', created_at, 'payload', payload) order by place
      ) as payloads
    from told
  )
  select
    told.id,
    case
      -- Words that are there; blank ones of the payload are none.
      when gathered.events = 1 then told.payload - array['title', 'body', 'url'] || jsonb_strip_nulls(jsonb_build_object(
        'title', told.title, 'body', told.body, 'url', told.url, 'event_type', told.event_type
      ))
      else jsonb_build_object(
        'title', format(
          '%s updates: %s', gathered.events,
          (select words.title from herald.event_words(told.event_type, '{}') as words)
        ),
        'body', gathered.body,
        'event_type', told.event_type,
        'count', gathered.events,
        'events', gathered.payloads
      )
    end,
    case when gathered.events = 1 then told.sms else gathered.sms end,
    case when gathered.events = 1 then told.template_id end,
    gathered.expires_at,
    gathered.ends_at
  from gathered
  inner join told on told.id = gathered.first_id;
$$;

comment on function herald.notification_words(uuid, uuid, timestamptz) is
$$What is told at p_at of the event, or, if there is one, of the digest: no row if there is nothing left to tell.

event_id: the first event told. template_id: whose words the text has, or null. expires_at: the first expiry among them. ends_at: the last
one, null if one of them has none.$$;

revoke execute on function herald.notification_words(uuid, uuid, timestamptz) from public;
grant execute on function herald.notification_words(uuid, uuid, timestamptz) to herald_runner;
