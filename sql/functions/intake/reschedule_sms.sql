-- Gives a text that has not left another time; a series, to its next occurrence and all that follow.
create or replace function public.reschedule_sms(
  p_message_id uuid,
  p_scheduled_for timestamptz,
  p_expires_at timestamptz default null
)
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_text public.sms_messages;
  v_at timestamptz;
begin
  if p_scheduled_for is null then
    raise exception 'p_scheduled_for is null'
      using errcode = '22004', hint = 'Give the new time, now() for at once, or cancel the text with cancel_sms.';
  end if;
  perform herald.require_time_ahead('p_scheduled_for', p_scheduled_for);
  if p_expires_at <= p_scheduled_for then
    raise exception 'p_expires_at % is not after p_scheduled_for %', p_expires_at, p_scheduled_for
      using errcode = '22023', hint = 'A text that has expired is never sent: give a later instant or none.';
  end if;

  perform herald.lock_text(p_message_id);
  select * into v_text from public.sms_messages where id = p_message_id;
  if not found then
    perform herald.refuse_unknown('p_message_id', p_message_id::text);
  end if;
  -- Given for the text itself, and not for a series or with its event, it is an instant that its time does not move.
  if p_expires_at is null
    and v_text.recurrence_pattern is null
    and v_text.occurrence is null
    and v_text.status in ('pending', 'scheduled', 'queued')
    and v_text.expires_at is distinct from herald.timestamptz_or_null(v_text.metadata ->> 'event_start')
    and v_text.expires_at
      <> coalesce(v_text.deferred_from, v_text.scheduled_for, v_text.created_at) + herald.shelf_life(v_text.category)
  then
    p_expires_at := v_text.expires_at;
    if p_scheduled_for >= p_expires_at then
      raise exception 'p_scheduled_for % is not before the text''s expiry %',
        herald.utc_text(p_scheduled_for), herald.utc_text(p_expires_at)
        using errcode = '22023', hint = 'A text that has expired is never sent: give a later p_expires_at, too.';
    end if;
  end if;
  if p_expires_at is not null and v_text.status in ('pending', 'scheduled', 'queued') then
    -- Out of the way first, or the new time could be past it.
    update public.sms_messages set expires_at = null where id = p_message_id;
  end if;
  if not public.update_scheduled_sms_send_time(p_message_id, p_scheduled_for) then
    raise exception 'text % is %, and cannot be rescheduled',
      p_message_id, case when v_text.status = 'queued' then 'being sent' else v_text.status::text end
      using errcode = 'SMS01', hint = 'Only a text that has not left has a time: queue a new one.';
  end if;

  update public.sms_messages
  set expires_at = case
    when recurrence_pattern is null then p_expires_at else scheduled_for + (p_expires_at - p_scheduled_for)
  end
  where id = p_message_id and p_expires_at is not null;
  select scheduled_for into v_at from public.sms_messages where id = p_message_id;
  return v_at;
end;
$$;

comment on function public.reschedule_sms(uuid, timestamptz, timestamptz) is
$$Moves a text that has not left to p_scheduled_for, and tells when it goes: later than that if quiet hours are then.

A series goes on from there, at that time of its zone's clock; what it tells is the next occurrence.

p_expires_at: not after this instant; null moves a default expiry along and keeps one that was given.

Errors: 22004 and 22023 a time that makes no sense, is more than a day past or not before the expiry; 23503 unknown
text; SMS01 it is being sent, has been sent or has ended.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000001", "p_scheduled_for": "2035-03-02T10:00:00+01:00"}$$;

revoke execute on function public.reschedule_sms(uuid, timestamptz, timestamptz) from public;
grant execute on function public.reschedule_sms(uuid, timestamptz, timestamptz) to herald_runner;
