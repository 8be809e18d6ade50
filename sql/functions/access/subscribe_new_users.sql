-- New users are subscribed to what the registry says, once. Definer, since whoever signs a user up has no rights on
-- these tables. A sign-up must never fail because of us: what goes wrong is a warning, and subscribe_users mends it.
create or replace function herald.subscribe_new_users()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.subscribe_users(array(select id from new_users));
  return null;
exception
  when data_exception or integrity_constraint_violation or syntax_error_or_access_rule_violation
    or object_not_in_prerequisite_state or raise_exception or feature_not_supported
  then
    raise warning 'new users were not subscribed: %', sqlerrm
      using errcode = sqlstate, hint = 'Mend the cause, then run: select herald.subscribe_users(null);';
    return null;
end;
$$;

comment on function herald.subscribe_new_users() is
'Trigger: subscribes new users to the event types that want it. Never makes a sign-up fail.';

revoke execute on function herald.subscribe_new_users() from public;

create or replace trigger t50_herald_subscribe_new_users
after insert on public.users
referencing new table as new_users
for each statement execute function herald.subscribe_new_users();
