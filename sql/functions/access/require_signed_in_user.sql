-- For calls that are about oneself: without a signed-in user there is nobody they could be about.
create or replace function herald.require_signed_in_user()
returns uuid
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id constant uuid := herald.current_user_id();
begin
  if v_user_id is null then
    raise exception 'nobody is signed in'
      using errcode = '42501', hint = 'Call this with a user''s token: request.jwt.claims has no sub that is a UUID.';
  end if;
  return v_user_id;
end;
$$;

comment on function herald.require_signed_in_user() is 'The signed-in user. Errors: 42501 nobody is signed in.';

revoke execute on function herald.require_signed_in_user() from public;
grant execute on function herald.require_signed_in_user() to herald_runner, herald_client;
