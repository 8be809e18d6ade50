-- One wording for every reference that leads nowhere, with what there is in the hint.
create or replace function herald.refuse_unknown(p_argument text, p_value text, p_known text[] default null)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_value is null then
    raise exception '% is null', p_argument
      using errcode = '22004', hint = 'Give a value.';
  end if;

  raise exception 'unknown %: %', p_argument, quote_literal(left(p_value, 60))
    using errcode = '23503', hint = coalesce('Known here: ' || array_to_string(p_known, ', ') || '.', 'There is none of this id: make it first, or look it up.');
end;
$$;

comment on function herald.refuse_unknown(text, text, text[]) is
'Raises 23503 that names the argument and its value, or 22004 for null.';

revoke execute on function herald.refuse_unknown(text, text, text[]) from public;
grant execute on function herald.refuse_unknown(text, text, text[]) to herald_runner, herald_client;
