-- The calendar entry is gone: so are the texts about it that have not left.
create or replace function public.cancel_scheduled_sms_for_event(
  p_calendar_event_id text,
  p_user_id uuid default null
)
returns table (cancelled_count integer, message_ids uuid[])
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  if p_calendar_event_id is null then
    raise exception 'p_calendar_event_id is null'
      using errcode = '22004', hint = 'Give the calendar_event_id that the texts carry in their metadata.';
  end if;

  return query
  select count(*)::integer, coalesce(array_agg(cancelled.id), '{}')
  from herald.cancel_texts(
    array(
      select message.id
      from public.sms_messages as message
      where message.metadata ->> 'calendar_event_id' = p_calendar_event_id
        and message.status in ('pending', 'scheduled', 'queued')
        and (p_user_id is null or message.user_id = p_user_id)
    ),
    'the calendar event was cancelled',
    now()
  ) as cancelled (id);
end;
$$;

comment on function public.cancel_scheduled_sms_for_event(text, uuid) is
$$Cancels the texts about a calendar event that have not left, of one user or of all; tells how many and which.

p_calendar_event_id: texts carry it in metadata.calendar_event_id.
p_user_id: null means everybody.

Errors: 22004 no event.

Example: {"p_calendar_event_id": "standup"}$$;

revoke execute on function public.cancel_scheduled_sms_for_event(text, uuid) from public;
grant execute on function public.cancel_scheduled_sms_for_event(text, uuid) to herald_runner;
