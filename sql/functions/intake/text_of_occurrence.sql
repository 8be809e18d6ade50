-- The text of an occurrence that somebody wants to change: made now, if it has none yet.
create or replace function herald.text_of_occurrence(p_series_id uuid, p_occurrence_at timestamptz)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wall timestamp;
  v_id uuid;
begin
  select found.wall, found.message_id into v_wall, v_id from herald.find_occurrence(p_series_id, p_occurrence_at) as found;
  if v_id is null then
    select written.message_id
    into v_id
    from herald.write_occurrences(
      array[p_series_id], array[v_wall], array[p_occurrence_at], array[null::text], now()
    ) as written;
  end if;
  return v_id;
end;
$$;

comment on function herald.text_of_occurrence(uuid, timestamptz) is
'The text of an occurrence that has not left. Errors: those of herald.find_occurrence.';

revoke execute on function herald.text_of_occurrence(uuid, timestamptz) from public;
grant execute on function herald.text_of_occurrence(uuid, timestamptz) to herald_runner;
