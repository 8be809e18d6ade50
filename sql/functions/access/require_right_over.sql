-- For functions that run with their owner's rights: whoever has the runner's role may speak for any user, and everybody
-- else only for the one who is signed in.
create or replace function herald.require_right_over(p_user_id uuid)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who called, whatever rights this runs with.
  if pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user), 'herald_runner', 'member') then
    return;
  end if;
  if p_user_id is distinct from herald.require_signed_in_user() then
    raise exception 'user % is somebody else', coalesce(p_user_id::text, 'null')
      using errcode = '42501', hint = 'Pass the id of the signed-in user.';
  end if;
end;
$$;

comment on function herald.require_right_over(uuid) is
'Raises 42501 unless the caller is this user, or has the runner''s role.';

revoke execute on function herald.require_right_over(uuid) from public;
grant execute on function herald.require_right_over(uuid) to herald_runner, herald_client;
