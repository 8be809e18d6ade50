-- Takes the code that somebody read on the telephone. Nothing here raises for a wrong one: an error would take back
-- that it was counted.
create or replace function herald.check_verification(p_user_id uuid, p_code text, p_now timestamptz)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := regexp_replace(left(coalesce(p_code, ''), 64), '[^0-9]', '', 'g');
  v_open herald.phone_verifications;
  v_tries constant integer := (select verification_tries from herald.settings);
begin
  perform herald.take_number(latest.phone_number)
  from (
    select phone_number from herald.phone_verifications where user_id = p_user_id order by created_at desc limit 1
  ) as latest;
  perform from public.user_sms_preferences where user_id = p_user_id for no key update;
  select *
  into v_open
  from herald.phone_verifications
  where user_id = p_user_id
  order by created_at desc
  limit 1
  for no key update;

  if v_open.provider = 'twilio_verify' then
    return herald.ask_verify(v_open.id, v_code, p_now);
  elsif v_open.id is null or v_open.ended_at is not null then
    return 'none';
  elsif v_open.expires_at <= p_now then
    perform herald.end_verification(v_open.id, 'expired', p_now);
    return 'expired';
  elsif v_open.code_hash is distinct from sha256(v_open.salt || convert_to(v_code, 'UTF8')) then
    update herald.phone_verifications set tries = tries + 1 where id = v_open.id;
    if v_open.tries + 1 >= v_tries then
      perform herald.end_verification(v_open.id, 'too_many_tries', p_now);
      return 'too_many_tries';
    end if;
    return 'wrong';
  end if;

  return herald.accept_number(v_open.id, p_now);
end;
$$;

comment on function herald.check_verification(uuid, text, timestamptz) is
'What confirm_phone_verification does, at any instant.';

revoke execute on function herald.check_verification(uuid, text, timestamptz) from public;
grant execute on function herald.check_verification(uuid, text, timestamptz) to herald_runner;
