-- Refuses a recurrence rule that cannot be followed when it is written, not on the day when it is needed.
create or replace function herald.require_rrule(p_argument text, p_rule text)
returns void
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.parse_rrule(p_argument, p_rule);
end;
$$;

comment on function herald.require_rrule(text, text) is
$$Raises unless the text is a recurrence rule of RFC 5545 that herald.occurrences can follow.

Errors: 22023 malformed, contradictory or not supported, with what is wrong and a hint; 22004 null.$$;

revoke execute on function herald.require_rrule(text, text) from public;
grant execute on function herald.require_rrule(text, text) to herald_runner;
