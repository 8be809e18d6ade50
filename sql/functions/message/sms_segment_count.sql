-- How many segments Twilio bills for a text, as a plain number for inserts and checks.
create or replace function herald.sms_segment_count(p_message text) returns integer
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (herald.measure_sms(p_message)).segment_count;
end;
$$;

comment on function herald.sms_segment_count(text) is
'How many segments Twilio bills for a text; null for null, 1 for an empty text.';

revoke execute on function herald.sms_segment_count(text) from public;
grant execute on function herald.sms_segment_count(text) to herald_runner;
