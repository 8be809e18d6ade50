-- "This one" of a series says something else, or goes at another time; the others stay as they are.
create or replace function public.change_sms_occurrence(
  p_series_id uuid,
  p_occurrence_at timestamptz,
  p_message text default null,
  p_scheduled_for timestamptz default null
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
  if num_nonnulls(p_message, p_scheduled_for) = 0 then
    raise exception 'p_message and p_scheduled_for are both null'
      using errcode = '22004', hint = 'Give other words, another time, or both; skip_sms_occurrence leaves it out.';
  end if;
  perform herald.require_time_ahead('p_scheduled_for', p_scheduled_for);

  v_id := herald.text_of_occurrence(p_series_id, p_occurrence_at);

  if p_message is not null then
    update public.sms_messages
    set message_content = p_message, template_id = null, template_vars = null
    where id = v_id;
  end if;
  if p_scheduled_for is not null then
    perform public.reschedule_sms(v_id, p_scheduled_for);
  end if;
  return v_id;
end;
$$;

comment on function public.change_sms_occurrence(uuid, timestamptz, text, timestamptz) is
$$Gives one occurrence of a series other words or another time, or both, and returns its text.

p_series_id: as queue_sms_message returned it.
p_occurrence_at: its own time, as list_sms_occurrences tells it.
p_message, p_scheduled_for: null leaves it as it is.

Errors: 22004 nothing to change; 23503 unknown series; 22023 not a series, no occurrence of it, or words or a time that
make no sense; SMS01 it has left.

Example: {"p_series_id": "20000000-0000-4000-8000-000000000002", "p_occurrence_at": "2035-03-07T12:00:00Z",
"p_message": "Time to stretch, and to water the ferns."}$$;

revoke execute on function public.change_sms_occurrence(uuid, timestamptz, text, timestamptz) from public;
grant execute on function public.change_sms_occurrence(uuid, timestamptz, text, timestamptz) to herald_runner;
