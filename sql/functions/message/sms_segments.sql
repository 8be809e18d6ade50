-- What a text will cost before it is queued: encoding, units, segments.
create or replace function public.sms_segments(p_message text)
returns table (encoding text, unit_count integer, segment_count integer)
language sql immutable strict parallel safe rows 1
set search_path = pg_catalog, pg_temp
as $$
  select encoding, unit_count, segment_count
  from herald.measure_sms(p_message);
$$;

comment on function public.sms_segments(text) is
$$Counts the segments Twilio bills for a text.

An empty text counts as one segment, though Twilio refuses to send it. No row for null. Twilio's Smart Encoding is taken
to be off.

encoding: GSM-7 (160 septets in one segment, else 153 each) or UCS-2 (70 UTF-16 units, else 67 each): one character
  outside the GSM alphabet, such as a curly quote or an emoji, makes the whole text UCS-2.
unit_count: in septets or UTF-16 units; ^ { } \ [ ~ ] | € and form feed take two septets.

Example: {"p_message": "See you at nine."}$$;

revoke execute on function public.sms_segments(text) from public;
grant execute on function public.sms_segments(text) to herald_client, herald_runner;
