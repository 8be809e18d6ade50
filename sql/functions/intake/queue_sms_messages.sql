-- Many at once, for a tenth of what a call for each costs.
create or replace function public.queue_sms_messages(p_messages jsonb)
returns table (place integer, message_id uuid)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known constant text[] := array[
    'user_id', 'phone_number', 'message', 'priority', 'scheduled_for', 'metadata', 'template_key', 'template_vars',
    'category', 'expires_at', 'idempotency_key', 'project_id', 'task_id', 'max_attempts', 'correlation_id',
    'recurrence_pattern', 'recurrence_ends', 'recurrence_timezone'
  ];
  -- Some seconds, and what a request of 15 MB can hold.
  v_most constant integer := 50000;
  v_bad record;
begin
  if p_messages is null then
    raise exception 'p_messages is null'
      using errcode = '22004', hint = 'Pass a JSON array with an object for each text.';
  end if;
  if jsonb_typeof(p_messages) <> 'array' then
    raise exception 'p_messages is not an array but: %', jsonb_typeof(p_messages)
      using errcode = '22023', hint = 'Pass a JSON array with an object for each text.';
  end if;
  if jsonb_array_length(p_messages) > v_most then
    raise exception 'p_messages has % elements, and may have %', jsonb_array_length(p_messages), v_most
      using errcode = '22023', hint = 'Make several calls of it, in one transaction if it has to be all or none.';
  end if;

  select request.ordinality, jsonb_typeof(request.value) as type, request.value
  into v_bad
  from jsonb_array_elements(p_messages) with ordinality as request
  where case when jsonb_typeof(request.value) = 'object' then request.value - v_known <> '{}' else true end
  order by request.ordinality
  limit 1;
  if v_bad.type <> 'object' then
    raise exception 'element % is not an object but: %', v_bad.ordinality, v_bad.type
      using errcode = '22023', hint = 'Pass an object for each text, with the arguments of queue_sms_message without p_.';
  elsif v_bad.type is not null then
    raise exception 'element % has unknown keys: %', v_bad.ordinality, (
        select string_agg(herald.quote_key(key), ', ' order by key) from jsonb_object_keys(v_bad.value - v_known) as key
      )
      using errcode = '22023', hint = format('Known are: %s.', array_to_string(v_known, ', '));
  end if;

  return query
  select queued.place::integer, queued.id
  from unnest(herald.queue_requests(p_messages)) with ordinality as queued (id, place)
  order by queued.place;
end;
$$;

comment on function public.queue_sms_messages(jsonb) is
$$Queues many texts at once, all or none, and returns their ids in order. Part of the caller's transaction.

p_messages: up to 50,000 objects with the arguments of queue_sms_message, named without p_ and with the same defaults.
place: counts the elements from 1. Two of them with the same key and the same request are the same text.

The error names the element's place.

Errors: 22023 and 22004 a value that makes no sense, or an unknown key; 22P02 no UUID or no
priority; 22007 no instant; 23503 unknown user, template or category; SMS03 the key was used for another request; SMS04
template values missing.

Example: {"p_messages": [{"user_id": "10000000-0000-4000-8000-000000000001", "message": "See you at nine."},
{"user_id": "10000000-0000-4000-8000-000000000001", "message": "And bring the ferns.", "idempotency_key": "ferns-4711",
"scheduled_for": "2035-03-01T08:30:00+01:00"}]}$$;

revoke execute on function public.queue_sms_messages(jsonb) from public;
grant execute on function public.queue_sms_messages(jsonb) to herald_runner;
