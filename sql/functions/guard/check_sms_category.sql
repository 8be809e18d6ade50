-- A kind of text whose switch is no column of the preferences is refused when it is written.
create or replace function herald.check_sms_category()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_preference('toggle_column', new.toggle_column, 'boolean');
  return new;
end;
$$;

comment on function herald.check_sms_category() is
'Trigger: validates the column that switches a kind of text (22023, 22004).';

revoke execute on function herald.check_sms_category() from public;

create or replace trigger t20_check_sms_category
before insert or update on herald.sms_categories
for each row execute function herald.check_sms_category();
