-- Takes the code that somebody read on the telephone. Nothing here raises for a wrong one: an error would take back
-- that it was counted.
--
-- Of two users who confirm one number, the second waits for its turn and finds it taken. Texts that wait for the old
-- number go to the new one: they were meant for the user.
create or replace function herald.check_verification(p_user_id uuid, p_code text, p_now timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_wishes public.user_sms_preferences;
  v_open herald.phone_verifications;
  v_tries constant integer := (select verification_tries from herald.settings);
begin
  select * into v_wishes from public.user_sms_preferences where user_id = p_user_id for no key update;
  select *
  into v_open
  from herald.phone_verifications
  where user_id = p_user_id and ended_at is null
  for no key update;

  if not found then
    return 'none';
  elsif v_open.expires_at <= p_now then
    perform herald.end_verification(v_open.id, 'expired', p_now);
    return 'expired';
  elsif v_open.code_hash is distinct from sha256(
    v_open.salt || convert_to(regexp_replace(left(coalesce(p_code, ''), 64), '[^0-9]', '', 'g'), 'UTF8')
  ) then
    update herald.phone_verifications set tries = tries + 1 where id = v_open.id;
    if v_open.tries + 1 >= v_tries then
      perform herald.end_verification(v_open.id, 'too_many_tries', p_now);
      return 'too_many_tries';
    end if;
    return 'wrong';
  end if;

  insert into herald.verification_turns as turn (whose, taken_at)
  values (encode(herald.number_hash(v_open.phone_number), 'hex'), p_now)
  on conflict (whose) do update set taken_at = p_now;
  if exists (
    select
    from public.user_sms_preferences
    where phone_number = v_open.phone_number and phone_verified and user_id <> p_user_id
  ) then
    perform herald.end_verification(v_open.id, 'taken', p_now);
    return 'taken';
  end if;

  -- In two steps: a changed number is not verified, whatever else a statement says of it.
  update public.user_sms_preferences
  set phone_number = v_open.phone_number
  where user_id = p_user_id and phone_number is distinct from v_open.phone_number;
  update public.user_sms_preferences
  set phone_verified = true, phone_verified_at = p_now
  where user_id = p_user_id;
  update public.sms_messages
  set phone_number = v_open.phone_number
  where user_id = p_user_id
    and phone_number = v_wishes.phone_number
    and phone_number <> v_open.phone_number
    and status in ('pending', 'scheduled', 'queued');
  perform herald.end_verification(v_open.id, 'verified', p_now);
  return 'verified';
end;
$$;

comment on function herald.check_verification(uuid, text, timestamptz) is
'What confirm_phone_verification does, at any instant.';

revoke execute on function herald.check_verification(uuid, text, timestamptz) from public;
grant execute on function herald.check_verification(uuid, text, timestamptz) to herald_runner;
