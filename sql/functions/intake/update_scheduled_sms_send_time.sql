-- Moves a text that has not left. Its job, if it has one, goes: the text is planned anew at its new time, so it cannot
-- go at the old one. Its expiry moves with it, and never past the event that it is about; what the event had cut off is
-- given back if the event moves on.
create or replace function public.update_scheduled_sms_send_time(
  p_message_id uuid,
  p_new_scheduled_for timestamptz,
  p_new_event_start timestamptz default null,
  p_new_event_end timestamptz default null
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_text public.sms_messages;
  v_old_start timestamptz;
  v_start timestamptz;
  v_life interval;
begin
  if p_new_scheduled_for is null or not isfinite(p_new_scheduled_for) then
    raise exception 'p_new_scheduled_for is not an instant: %', coalesce(p_new_scheduled_for::text, 'null')
      using errcode = case when p_new_scheduled_for is null then '22004' else '22023' end,
        hint = 'Give the new time, or cancel the text with cancel_sms.';
  end if;

  perform herald.require_time_ahead('p_new_scheduled_for', p_new_scheduled_for);

  perform herald.lock_text(p_message_id);
  select * into v_text from public.sms_messages where id = p_message_id;
  if v_text.status is null or v_text.status not in ('pending', 'scheduled', 'queued') then
    return false;
  end if;
  if exists (select from public.queue_jobs where id = v_text.queue_job_id and status = 'processing') then
    return false;
  end if;

  v_old_start := herald.timestamptz_or_null(v_text.metadata ->> 'event_start');
  v_start := coalesce(p_new_event_start, v_old_start);
  if p_new_scheduled_for >= v_start then
    raise exception 'p_new_scheduled_for % is not before the event''s start %', p_new_scheduled_for, v_start
      using errcode = '22023', hint = 'Give an earlier time, the event''s new start in p_new_event_start, or cancel the text.';
  end if;

  v_life := v_text.expires_at - coalesce(v_text.deferred_from, v_text.scheduled_for, v_text.created_at);
  if v_text.expires_at = v_old_start or v_life <= interval '0' then
    v_life := herald.shelf_life(v_text.category);
  end if;

  update public.sms_messages
  set
    status = 'scheduled',
    queue_job_id = null,
    next_retry_at = null,
    scheduled_for = p_new_scheduled_for,
    metadata = case when jsonb_typeof(metadata) = 'object' then metadata else '{}' end || jsonb_strip_nulls(
      jsonb_build_object('event_start', p_new_event_start, 'event_end', p_new_event_end)
    )
  where id = p_message_id;
  -- A statement of its own: a default expiry goes along with the time, whatever else the same statement says.
  update public.sms_messages set expires_at = least(scheduled_for + v_life, v_start) where id = p_message_id;

  perform herald.promote_messages(array[p_message_id], now());
  return true;
end;
$$;

comment on function public.update_scheduled_sms_send_time(uuid, timestamptz, timestamptz, timestamptz) is
$$Moves a text to another time; true if it was moved, false if it has left, has ended or is unknown.

p_new_event_start, p_new_event_end: kept in the text's metadata; a text never goes after its event's start.

Errors: 22004 and 22023 no new time, or one that is not before the event's start.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000001", "p_new_scheduled_for": "2035-03-02T08:45:00+01:00",
"p_new_event_start": "2035-03-02T09:00:00+01:00"}$$;

revoke execute on function public.update_scheduled_sms_send_time(uuid, timestamptz, timestamptz, timestamptz)
from public;
grant execute on function public.update_scheduled_sms_send_time(uuid, timestamptz, timestamptz, timestamptz)
to herald_runner;
