-- Lengths of time that clients write as text.
create or replace function herald.require_interval(p_argument text, p_text text)
returns interval
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_interval interval;
begin
  begin
    v_interval := p_text::interval;
  exception
    when invalid_datetime_format or datetime_field_overflow or interval_field_overflow then
      v_interval := null;
  end;
  if v_interval is null or v_interval < interval '0' or v_interval > interval '100 years' then
    raise exception '% is not a length of time: %', p_argument, coalesce(quote_literal(left(p_text, 40)), 'null')
      using errcode = case when p_text is null then '22004' else '22023' end,
        hint = 'Write it as PostgreSQL does: 24 hours, 7 days.';
  end if;
  return v_interval;
end;
$$;

comment on function herald.require_interval(text, text) is
'The length of time that the text spells. Errors: 22023 none, negative or over a century; 22004 null.';

revoke execute on function herald.require_interval(text, text) from public;
grant execute on function herald.require_interval(text, text) to herald_runner;
