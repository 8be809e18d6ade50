-- Makes short links lead nowhere. Whoever follows one is told that it has expired.
create or replace function herald.erase_links(p_link_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased integer;
begin
  update public.notification_tracking_links
  set
    destination_url = herald.erased_address(id),
    metadata = '{}',
    expires_at = least(expires_at, p_now),
    erased_at = p_now
  where id = any (p_link_ids) and erased_at is null;
  get diagnostics v_erased = row_count;
  return v_erased;
end;
$$;

comment on function herald.erase_links(uuid[], timestamptz) is
'Erases where these links lead and lets them expire; returns how many.';

revoke execute on function herald.erase_links(uuid[], timestamptz) from public;
grant execute on function herald.erase_links(uuid[], timestamptz) to herald_runner;
