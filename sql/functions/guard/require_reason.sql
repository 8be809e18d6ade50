-- Refuses to change by hand who may be texted without saying why.
create or replace function herald.require_reason(p_reason text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if herald.is_blank(coalesce(p_reason, '')) then
    raise exception 'p_reason is blank'
      using errcode = '22004', hint = 'Say who asked for it and how: it stands in the ledger of consent.';
  end if;
end;
$$;

comment on function herald.require_reason(text) is 'Raises 22004 if no reason is given.';

revoke execute on function herald.require_reason(text) from public;
grant execute on function herald.require_reason(text) to herald_runner;
