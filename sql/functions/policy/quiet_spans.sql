-- The quiet hours around an instant as spans of real time: those that begin on its day in the zone, the day before and
-- the day after. Where a clock change makes a bound happen twice or not at all, the span is the longer one: an hour too
-- long once a year wakes nobody. A zone that the server does not know (any more) is quiet, and asked about again.
create or replace function herald.quiet_spans(p_at timestamptz, p_start time, p_end time, p_zone text)
returns table (begins_at timestamptz, ends_at timestamptz)
language plpgsql
stable
rows 3
set search_path = pg_catalog, pg_temp
as $$
declare
  v_day date;
  v_start timestamp;
  v_begins timestamptz;
begin
  if p_start = p_end or num_nulls(p_start, p_end) > 0 then
    return;
  end if;

  v_day := (p_at at time zone p_zone)::date - 1;
  for v_number in 0..2 loop
    v_start := v_day + v_number + p_start;
    v_begins := v_start at time zone p_zone;
    begins_at := case
      -- Skipped by the clocks: from where it would have been by the new time.
      when v_begins at time zone p_zone <> v_start then v_begins - (v_begins at time zone p_zone - v_start)
      else herald.instant_of(v_start, p_zone)
    end;
    ends_at := (v_day + v_number + case when p_start > p_end then 1 else 0 end + p_end) at time zone p_zone;
    -- A short one can be skipped as a whole.
    if begins_at < ends_at then
      return next;
    end if;
  end loop;
exception
  when invalid_parameter_value then
    begins_at := p_at;
    ends_at := p_at + interval '1 hour';
    return next;
end;
$$;

comment on function herald.quiet_spans(timestamptz, time, time, text) is
'When quiet hours begin and end, half-open, in order; none if they begin when they end, or a bound is null.';

revoke execute on function herald.quiet_spans(timestamptz, time, time, text) from public;
grant execute on function herald.quiet_spans(timestamptz, time, time, text) to herald_runner;
