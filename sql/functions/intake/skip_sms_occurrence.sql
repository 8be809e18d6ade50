-- "This one" of a series does not go; the others do. It stays on record, and counts for a rule's COUNT.
create or replace function public.skip_sms_occurrence(
  p_series_id uuid,
  p_occurrence_at timestamptz,
  p_reason text default 'skipped by request'
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_id uuid;
begin
  if herald.needs_client_call() then
    return (herald.call_as_client(
      'skip_sms_occurrence', jsonb_build_object('message_id', p_series_id, 'at', p_occurrence_at, 'reason', p_reason)
    ) #>> '{}')::uuid;
  end if;

  v_id := herald.text_of_occurrence(p_series_id, p_occurrence_at);

  if not public.cancel_sms(v_id, p_reason) then
    raise exception 'the occurrence % of series % is being sent', herald.utc_text(p_occurrence_at), p_series_id
      using errcode = 'SMS01', hint = 'Only what has not left can be skipped.';
  end if;
  return v_id;
end;
$$;

comment on function public.skip_sms_occurrence(uuid, timestamptz, text) is
$$Leaves one occurrence of a series out, and returns its text, which is cancelled with the reason.

A signed-in user skips one of their own.

p_series_id: as queue_sms_message returned it.
p_occurrence_at: its time, as list_sms_occurrences tells it.

Errors: 23503 unknown series; 22023 not a series, or no occurrence of it; SMS01 it has left.

Example: {"p_series_id": "20000000-0000-4000-8000-000000000002", "p_occurrence_at": "2035-03-07T12:00:00Z"}$$;

revoke execute on function public.skip_sms_occurrence(uuid, timestamptz, text) from public;
grant execute on function public.skip_sms_occurrence(uuid, timestamptz, text) to herald_runner, herald_client;
