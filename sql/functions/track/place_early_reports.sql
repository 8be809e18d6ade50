-- Applies reports that came before we knew their SIDs.
create or replace function herald.place_early_reports(p_sids text[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_report record;
  v_count integer := 0;
begin
  -- Rare, and each may move a text another step: one by one, in any order, as reports always come.
  for v_report in
    update herald.sms_status_log as log
    set message_id = message.id
    from public.sms_messages as message
    where log.twilio_sid = any (p_sids) and log.message_id is null and message.twilio_sid = log.twilio_sid
    returning message.id, log.twilio_sid, log.twilio_status, log.error_code, log.first_received_at
  loop
    perform herald.apply_sms_report(
      v_report.id, v_report.twilio_sid, v_report.twilio_status, herald.map_twilio_status(v_report.twilio_status),
      v_report.error_code, null, least(v_report.first_received_at, p_now)
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function herald.place_early_reports(text[], timestamptz) is
'Applies logged reports of these SIDs that had no text yet; returns how many.';

revoke execute on function herald.place_early_reports(text[], timestamptz) from public;
grant execute on function herald.place_early_reports(text[], timestamptz) to herald_runner;
