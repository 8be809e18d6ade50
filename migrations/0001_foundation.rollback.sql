-- Revert pgherald:0001_foundation from pg

begin;

-- A table that was made here goes only while it is still as it was made and empty: what an application has put into
-- it, or hung on it, is not ours to drop. The roles stay, since other databases of the server may use them.
do $$
declare
  v_table text;
  v_is_used boolean;
begin
  for v_table in select table_name from herald.host_tables where is_ours loop
    execute format('select exists (select from public.%I)', v_table) into v_is_used;
    if v_is_used
      or (
        select count(*) from pg_catalog.pg_attribute
        where attrelid = to_regclass(format('public.%I', v_table)) and attnum > 0 and not attisdropped
      ) <> 1
    then
      raise notice 'table public.% is in use and stays', v_table;
    else
      execute format('drop table public.%I', v_table);
    end if;
  end loop;
end;
$$;

drop table herald.settings;
drop table herald.host_tables;
drop table herald.installed_routines;
drop function herald.close_table(regclass);
drop schema herald;

commit;
