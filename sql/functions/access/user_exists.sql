-- Whether there is such a user. Definer, because the application may show its users table to nobody, and a text for an
-- unknown user must be refused with a clear word instead of a failed foreign key.
create or replace function herald.user_exists(p_user_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from public.users where id = p_user_id);
$$;

comment on function herald.user_exists(uuid) is 'True if the application has a user of this id.';

revoke execute on function herald.user_exists(uuid) from public;
grant execute on function herald.user_exists(uuid) to herald_runner;
