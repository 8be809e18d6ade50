-- A time far in the past is a mistake: seconds for milliseconds, a year that was not changed. A little late is not:
-- clocks differ, and a text may have waited in somebody's program.
create or replace function herald.require_time_ahead(p_argument text, p_at timestamptz)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not isfinite(p_at) then
    raise exception '% is no instant: %', p_argument, p_at
      using errcode = '22023', hint = 'Give an instant, or leave it out for at once.';
  end if;
  if p_at < now() - interval '1 day' then
    raise exception '% lies more than a day in the past: %', p_argument, herald.utc_text(p_at)
      using errcode = '22023', hint = 'Give a time to come, or leave it out for at once. Is it in the right time zone?';
  end if;
end;
$$;

comment on function herald.require_time_ahead(text, timestamptz) is
'Raises 22023 for an instant more than a day in the past, or an infinite one; null passes.';

revoke execute on function herald.require_time_ahead(text, timestamptz) from public;
grant execute on function herald.require_time_ahead(text, timestamptz) to herald_runner;
