-- Whether an instant is in quiet hours, or so short before them that what leaves then could arrive in them.
create or replace function herald.is_quiet(
  p_at timestamptz,
  p_start time,
  p_end time,
  p_zone text,
  p_before interval
)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
    from herald.quiet_spans(p_at, p_start, p_end, p_zone)
    where p_at >= begins_at - p_before and p_at <= ends_at
  );
end;
$$;

comment on function herald.is_quiet(timestamptz, time, time, text, interval) is
'True in quiet hours, and as long before them as p_before says.';

revoke execute on function herald.is_quiet(timestamptz, time, time, text, interval) from public;
grant execute on function herald.is_quiet(timestamptz, time, time, text, interval) to herald_runner;
