-- A series ends: at once, or before one of its occurrences.
create or replace function public.end_sms_series(
  p_series_id uuid,
  p_occurrence_at timestamptz default null,
  p_reason text default 'ended by request'
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
  v_series public.sms_messages;
begin
  if herald.needs_client_call() then
    return herald.call_as_client(
      'end_sms_series', jsonb_build_object('message_id', p_series_id, 'at', p_occurrence_at, 'reason', p_reason)
    )::boolean;
  end if;

  perform herald.lock_text(p_series_id);
  v_series := herald.require_series('p_series_id', p_series_id);
  if v_series.status <> 'scheduled' then
    return false;
  end if;
  if p_occurrence_at is null or p_occurrence_at <= v_series.scheduled_for and v_series.recurrence_last is null then
    return public.cancel_sms(p_series_id, p_reason);
  end if;

  perform herald.cancel_texts(
    array(
      select planned.id
      from public.sms_messages as planned
      where planned.parent_message_id = p_series_id
        and planned.status in ('pending', 'scheduled', 'queued')
        and herald.instant_of(
          planned.occurrence, herald.series_zone(v_series.user_id, v_series.recurrence_timezone)
        ) >= p_occurrence_at
    ),
    p_reason, now()
  );
  update public.sms_messages
  set recurrence_ends = least(recurrence_ends, p_occurrence_at - interval '1 microsecond')
  where id = p_series_id;
  update public.sms_messages set cancel_reason = p_reason where id = p_series_id and status = 'cancelled';
  return true;
end;
$$;

comment on function public.end_sms_series(uuid, timestamptz, text) is
$$Ends a series, with what is planned of it from there on; false if it is over already.

A signed-in user ends their own.

p_series_id: as queue_sms_message returned it.
p_occurrence_at: the first occurrence that does not go any more; null means at once.
p_reason: kept with the texts that are cancelled.

Errors: 23503 unknown text; 22023 not a series.

Example: {"p_series_id": "20000000-0000-4000-8000-000000000002", "p_reason": "no more stretching"}$$;

revoke execute on function public.end_sms_series(uuid, timestamptz, text) from public;
grant execute on function public.end_sms_series(uuid, timestamptz, text) to herald_runner, herald_client;
