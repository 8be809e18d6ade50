-- One wording for a text that stands where a series should.
create or replace function herald.refuse_single_text(p_argument text, p_message_id uuid, p_series_id uuid)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception '% is a single text, and no series: %', p_argument, p_message_id
    using errcode = '22023',
      hint = coalesce('Its series is ' || p_series_id || '.', 'A series has a recurrence_pattern.');
end;
$$;

comment on function herald.refuse_single_text(text, uuid, uuid) is
'Raises 22023 that names the argument, and in its hint the series that the text is part of, if it is.';

revoke execute on function herald.refuse_single_text(text, uuid, uuid) from public;
grant execute on function herald.refuse_single_text(text, uuid, uuid) to herald_runner, herald_client;
