-- An instant out of somebody's JSON: what is none is no instant, and no error either.
create or replace function herald.timestamptz_or_null(p_text text)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return p_text::timestamptz;
exception
  when data_exception then
    return null;
end;
$$;

comment on function herald.timestamptz_or_null(text) is 'The instant that the text spells, or null.';

revoke execute on function herald.timestamptz_or_null(text) from public;
grant execute on function herald.timestamptz_or_null(text) to herald_runner, herald_client;
