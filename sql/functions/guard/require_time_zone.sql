-- Refuses a time zone that does not exist when it is written, not at night when it is needed. Abbreviations and
-- offsets are refused too: they know nothing of summer time.
create or replace function herald.require_time_zone(p_argument text, p_zone text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Using it is a far cheaper look-up than the view, but takes abbreviations and made-up POSIX zones as well; a name
  -- with a slash and no offset can be neither.
  perform now() at time zone p_zone;
  if p_zone ~ '^[A-Za-z_]+(/[A-Za-z_]+(-[A-Za-z_]+)*)+$'
    or p_zone = 'UTC'
    or exists (select from pg_catalog.pg_timezone_names where name = p_zone)
  then
    return;
  end if;

  raise invalid_parameter_value;
exception
  when invalid_parameter_value then
    raise exception '% is not a time zone: %', p_argument, coalesce(quote_literal(p_zone), 'null')
      using errcode = '22023',
        hint = 'Use an IANA name such as America/Los_Angeles or UTC; pg_timezone_names lists them.';
end;
$$;

comment on function herald.require_time_zone(text, text) is
$$Raises 22023 unless the zone is an IANA name that the server knows.$$;

revoke execute on function herald.require_time_zone(text, text) from public;
grant execute on function herald.require_time_zone(text, text) to herald_runner;
