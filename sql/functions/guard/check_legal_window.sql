-- A window on the clock of a zone that does not exist is refused when it is written.
create or replace function herald.check_legal_window()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.timezone is not null then
    perform herald.require_time_zone('timezone', new.timezone);
  end if;
  return new;
end;
$$;

comment on function herald.check_legal_window() is
'Trigger: validates the time zone of a legal window (22023).';

revoke execute on function herald.check_legal_window() from public;

create or replace trigger t20_check_legal_window
before insert or update on herald.legal_windows
for each row execute function herald.check_legal_window();
