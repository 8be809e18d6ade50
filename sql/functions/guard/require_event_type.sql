-- An event type that is not in the registry is a slip of the pen; the error lists those that are.
create or replace function herald.require_event_type(p_argument text, p_event_type text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from herald.event_types where event_type = p_event_type) then
    return;
  end if;
  perform herald.refuse_unknown(
    p_argument, p_event_type, (select array_agg(event_type order by event_type) from herald.event_types)
  );
end;
$$;

comment on function herald.require_event_type(text, text) is
'Raises 23503, with the known ones in the hint, unless the event type stands in herald.event_types; 22004 for null.';

revoke execute on function herald.require_event_type(text, text) from public;
grant execute on function herald.require_event_type(text, text) to herald_runner;
