-- Gives a text that has not left another time; a series, to its next occurrence and all that follow.
create or replace function public.reschedule_sms(
  p_message_id uuid,
  p_scheduled_for timestamptz,
  p_expires_at timestamptz default null
)
returns timestamptz
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_status public.sms_status;
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
  select status into v_status from public.sms_messages where id = p_message_id;
  if not found then
    perform herald.refuse_unknown('p_message_id', p_message_id::text);
  end if;
  if p_expires_at is not null and v_status in ('pending', 'scheduled', 'queued') then
    -- Out of the way first, or the new time could be past it.
    update public.sms_messages set expires_at = null where id = p_message_id;
  end if;
  if not public.update_scheduled_sms_send_time(p_message_id, p_scheduled_for) then
    raise exception 'text % is %, and cannot be rescheduled',
      p_message_id, case when v_status = 'queued' then 'being sent' else v_status::text end
      using errcode = 'SMS01', hint = 'Only a text that has not left has a time: queue a new one.';
  end if;

  update public.sms_messages
  set expires_at = scheduled_for + (p_expires_at - p_scheduled_for)
  where id = p_message_id and p_expires_at is not null;
  select scheduled_for into v_at from public.sms_messages where id = p_message_id;
  return v_at;
end;
$$;

comment on function public.reschedule_sms(uuid, timestamptz, timestamptz) is
$$Moves a text that has not left to p_scheduled_for, and tells when it goes: later than that if quiet hours are then.

A series goes on from there, at that time of its zone's clock; what it tells is the next occurrence. p_expires_at: not
after this instant; null moves a default expiry along and keeps one that was given. Errors: 22004 and 22023 a time that
makes no sense or is more than a day past; 23503 unknown text; SMS01 it is being sent, has been sent or has ended.$$;

revoke execute on function public.reschedule_sms(uuid, timestamptz, timestamptz) from public;
grant execute on function public.reschedule_sms(uuid, timestamptz, timestamptz) to herald_runner;
