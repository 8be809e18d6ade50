-- Where a link leads was decided when it was made, and holds for everybody (F109): a text that is out there must not
-- lead elsewhere one day. Only an erasure makes it lead nowhere.
create or replace function herald.keep_link_as_made()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.destination_url <> old.destination_url and new.destination_url <> herald.erased_address(new.id) then
    raise exception 'link % leads where it was made to lead', old.id
      using errcode = '42501', hint = 'Make another link with create_tracking_link.';
  end if;
  return new;
end;
$$;

comment on function herald.keep_link_as_made() is
'Trigger: the address of a link does not change (42501), but for an erasure.';

revoke execute on function herald.keep_link_as_made() from public;

create or replace trigger t10_keep_link_as_made
before update of destination_url on public.notification_tracking_links
for each row execute function herald.keep_link_as_made();
