-- What a notification says and carries: of one event, or of all that a digest has gathered.
create or replace function herald.notification_words(p_event_id uuid, p_digest_id uuid)
returns table (payload jsonb, sms text)
language sql
stable
rows 1
set search_path = ''
as $$
  with told as (
    select event.id, event.event_type, event.payload, event.created_at, words.title, words.body, words.url, words.sms
    from public.notification_events as event
    cross join lateral herald.event_words(event.event_type, event.payload) as words
    where event.id = p_event_id
      or event.id in (select event_id from herald.notification_digest_events where digest_id = p_digest_id)
  ),
  gathered as (
    select
      count(*) as events,
      herald.list_updates(
        array_agg(coalesce(body, title) order by created_at, id), array_agg(title order by created_at, id), 800
      ) as body,
      -- Room for three segments.
      herald.list_updates(array_agg(sms order by created_at, id), array_agg(title order by created_at, id), 400) as sms,
      jsonb_agg(
        jsonb_build_object('event_id', id, 'created_at', created_at, 'payload', payload) order by created_at, id
      ) as payloads
    from told
  )
  select
    case
      -- Words that are there; blank ones of the payload are none.
      when gathered.events = 1 then told.payload || jsonb_strip_nulls(jsonb_build_object(
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
    case when gathered.events = 1 then told.sms else gathered.sms end
  from gathered
  inner join told on told.id = p_event_id;
$$;

comment on function herald.notification_words(uuid, uuid) is
'Payload and text of a notification; p_event_id is the digest''s first event, p_digest_id null for one event alone.';

revoke execute on function herald.notification_words(uuid, uuid) from public;
grant execute on function herald.notification_words(uuid, uuid) to herald_runner;
