-- The code was right: the number is the user's, unless it is somebody else's. The caller holds the user's preferences.
--
-- Of two users who confirm one number, the second waits for its turn and finds it taken. Texts that wait for the old
-- number go to the new one: they were meant for the user.
create or replace function herald.accept_number(p_verification_id uuid, p_now timestamptz)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_open herald.phone_verifications;
  v_old_number text;
begin
  select * into v_open from herald.phone_verifications where id = p_verification_id;
  select phone_number into v_old_number from public.user_sms_preferences where user_id = v_open.user_id;

  perform herald.take_number(v_open.phone_number);
  if exists (
    select
    from public.user_sms_preferences
    where phone_number = v_open.phone_number and phone_verified and user_id <> v_open.user_id
  ) then
    perform herald.end_verification(v_open.id, 'taken', p_now);
    return 'taken';
  end if;

  -- In two steps: a changed number is not verified, whatever else a statement says of it.
  update public.user_sms_preferences
  set phone_number = v_open.phone_number
  where user_id = v_open.user_id and phone_number is distinct from v_open.phone_number;
  update public.user_sms_preferences
  set phone_verified = true, phone_verified_at = p_now
  where user_id = v_open.user_id;
  update public.sms_messages
  set phone_number = v_open.phone_number
  where user_id = v_open.user_id
    and phone_number = v_old_number
    and phone_number <> v_open.phone_number
    and status in ('pending', 'scheduled', 'queued');
  perform herald.end_verification(v_open.id, 'verified', p_now);
  return 'verified';
end;
$$;

comment on function herald.accept_number(uuid, timestamptz) is
'Makes the number of a verification its user''s, or ends it as taken; returns verified or taken.';

revoke execute on function herald.accept_number(uuid, timestamptz) from public;
grant execute on function herald.accept_number(uuid, timestamptz) to herald_runner;
