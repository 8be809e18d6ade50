-- What a user has coming (or had, in that time).
create or replace function public.get_scheduled_sms_for_user(
  p_user_id uuid,
  p_start_date timestamptz default now(),
  p_end_date timestamptz default null,
  p_status text default null
)
returns table (
  id uuid,
  message_content text,
  message_type text,
  calendar_event_id text,
  event_title text,
  event_start timestamptz,
  scheduled_for timestamptz,
  status text,
  generated_via text,
  created_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
begin
  if p_status <> all (enum_range(null::public.sms_status)::text[]) then
    raise exception 'unknown status: %', quote_literal(left(p_status, 40))
      using errcode = '22023',
        hint = 'Known here: ' || array_to_string(enum_range(null::public.sms_status)::text[], ', ') || '.';
  end if;

  return query
  select
    message.id, message.message_content, coalesce(message.metadata ->> 'message_type', message.category),
    message.metadata ->> 'calendar_event_id', message.metadata ->> 'event_title',
    herald.timestamptz_or_null(message.metadata ->> 'event_start'), message.scheduled_for, message.status::text,
    message.metadata ->> 'generated_via', message.created_at
  from public.sms_messages as message
  where message.user_id = p_user_id
    and message.scheduled_for >= coalesce(p_start_date, '-infinity')
    and message.scheduled_for <= coalesce(p_end_date, 'infinity')
    and (p_status is null or message.status = p_status::public.sms_status)
  order by message.scheduled_for, message.id;
end;
$$;

comment on function public.get_scheduled_sms_for_user(uuid, timestamptz, timestamptz, text) is
$$A user's texts with a time between the two instants, in that order; of one status, or of any.

A signed-in user sees their own, and none of anybody else's.

p_end_date: null means no end.
p_status: null means any.
message_type: from the text's metadata, else from its category.
calendar_event_id, event_title, event_start, generated_via: from the text's metadata; null where it has none.

Errors: 22023 unknown status.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_status": "scheduled"}$$;

revoke execute on function public.get_scheduled_sms_for_user(uuid, timestamptz, timestamptz, text) from public;
grant execute on function public.get_scheduled_sms_for_user(uuid, timestamptz, timestamptz, text)
to herald_runner, herald_client;
