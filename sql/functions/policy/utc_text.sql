-- An instant in words, the same for every reader.
create or replace function herald.utc_text(p_at timestamptz)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"');
$$;

comment on function herald.utc_text(timestamptz) is 'The instant in UTC, to the second: 2027-03-01 08:30:00 UTC.';

revoke execute on function herald.utc_text(timestamptz) from public;
grant execute on function herald.utc_text(timestamptz) to herald_runner, herald_client;
