-- Those of the users whose rows nobody else holds: what refers to a user waits for whoever has locked the row, and one
-- user's row must not hold up everybody's notifications. Definer, as user_exists is; where even the owner may not lock
-- the application's users, all that there are count as free.
create or replace function herald.free_users(p_user_ids uuid[])
returns setof uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not has_table_privilege('public.users', 'update') then
    return query select id from public.users where id = any (p_user_ids);
    return;
  end if;

  return query
  select id
  from public.users
  where id = any (p_user_ids)
  order by id
  for key share skip locked;
end;
$$;

comment on function herald.free_users(uuid[]) is
'The users whose rows can be referred to without waiting; keeps them so until the transaction ends.';

revoke execute on function herald.free_users(uuid[]) from public;
grant execute on function herald.free_users(uuid[]) to herald_runner;
