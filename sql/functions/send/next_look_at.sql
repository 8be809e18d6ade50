-- When to ask the provider again: after a pause that is as long as the question is old, so that a text costs some looks
-- in its first minutes and one a day in the end; but at the instant when something may be decided, if that comes first.
create or replace function herald.next_look_at(
  p_since timestamptz,
  p_decide_at timestamptz,
  p_pause interval,
  p_now timestamptz
)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_now < p_since + interval '3 days' then least(
      p_now + greatest(p_pause, p_now - p_since),
      p_since + interval '3 days',
      case when p_decide_at > p_now then p_decide_at end
    )
  end;
$$;

comment on function herald.next_look_at(timestamptz, timestamptz, interval, timestamptz) is
'The instant of the next look; the last one is after three days. p_pause: the shortest pause.';

revoke execute on function herald.next_look_at(timestamptz, timestamptz, interval, timestamptz) from public;
grant execute on function herald.next_look_at(timestamptz, timestamptz, interval, timestamptz) to herald_runner;
