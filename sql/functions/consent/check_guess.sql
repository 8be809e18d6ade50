-- A client's guess at a code. Clients can end a transaction as they like, and one that is rolled back takes the count
-- of its tries with it: so the guess is written down first, and answered when a later transaction asks again.
create or replace function herald.check_guess(p_user_id uuid, p_code text, p_now timestamptz)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := regexp_replace(left(coalesce(p_code, ''), 64), '[^0-9]', '', 'g');
  v_open herald.phone_verifications;
  v_hash bytea;
  v_asked_in xid8;
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
  limit 1;

  v_hash := sha256(uuid_send(v_open.id) || convert_to(v_code, 'UTF8'));
  select asked_in
  into v_asked_in
  from herald.verify_requests
  where verification_id = v_open.id and asked_in is not null and code_hash = v_hash;

  -- What nobody can win by is answered at once; so is what an earlier transaction has left here, for it has ended well.
  if v_open.provider is distinct from 'own'
    or v_open.ended_at is not null
    or v_open.expires_at <= p_now
    or v_code = ''
    or v_asked_in <> pg_current_xact_id()
  then
    return herald.check_verification(p_user_id, p_code, p_now);
  elsif v_asked_in is not null then
    return 'checking';
  end if;

  if (
    select count(*) from herald.verify_requests where verification_id = v_open.id and asked_in is not null
  ) >= (select verification_tries from herald.settings) then
    perform herald.end_verification(v_open.id, 'too_many_tries', p_now);
    return 'too_many_tries';
  end if;
  insert into herald.verify_requests (verification_id, kind, code_hash, created_at, claimed_at, asked_in)
  values (v_open.id, 'check', v_hash, p_now, p_now, pg_current_xact_id());
  return 'checking';
end;
$$;

comment on function herald.check_guess(uuid, text, timestamptz) is
'What confirm_phone_verification does for a signed-in user: checking, until the guess is on record.';

revoke execute on function herald.check_guess(uuid, text, timestamptz) from public;
grant execute on function herald.check_guess(uuid, text, timestamptz) to herald_runner;
