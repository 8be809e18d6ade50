-- Policy names columns of the users' preferences: one that is not there would switch everything off without a word.
create or replace function herald.require_preference(p_argument text, p_column text, p_type text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from pg_catalog.pg_attribute
    where attrelid = 'public.user_sms_preferences'::regclass
      and attname = p_column
      and format_type(atttypid, null) = p_type
      and not attisdropped
  ) then
    raise exception '% is no column of type % in user_sms_preferences: %',
      p_argument, p_type, coalesce(quote_literal(left(p_column, 63)), 'null')
      using errcode = '22023', hint = 'Add the column first, or name one that is there.';
  end if;
end;
$$;

comment on function herald.require_preference(text, text, text) is
'Raises 22023 unless user_sms_preferences has such a column.';

revoke execute on function herald.require_preference(text, text, text) from public;
grant execute on function herald.require_preference(text, text, text) to herald_runner;
