-- For calls about series.
create or replace function herald.require_series(p_argument text, p_series_id uuid)
returns public.sms_messages
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_series public.sms_messages;
begin
  select * into v_series from public.sms_messages where id = p_series_id;
  if not found then
    perform herald.refuse_unknown(p_argument, p_series_id::text);
  end if;
  if v_series.recurrence_pattern is null then
    perform herald.refuse_single_text(p_argument, p_series_id, v_series.parent_message_id);
  end if;
  return v_series;
end;
$$;

comment on function herald.require_series(text, uuid) is 'The series. Errors: 23503 unknown text; 22023 not a series.';

revoke execute on function herald.require_series(text, uuid) from public;
grant execute on function herald.require_series(text, uuid) to herald_runner;
