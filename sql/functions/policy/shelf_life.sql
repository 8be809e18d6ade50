-- How long after its time a text is still worth sending, if nobody said so for the text itself.
create or replace function herald.shelf_life(p_category text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_category is null then (select default_expiry from herald.settings)
    else (select default_expiry from herald.sms_categories where category = p_category)
  end;
$$;

comment on function herald.shelf_life(text) is
'The default expiry of a category; of texts without one that of the settings. Null: for ever.';

revoke execute on function herald.shelf_life(text) from public;
grant execute on function herald.shelf_life(text) to herald_runner;
