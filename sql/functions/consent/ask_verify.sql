-- Has Twilio Verify check a code, once, and tells what is known of it. The answer takes a moment, so the call is made
-- again with the same code until it says something else than checking.
--
-- Checks without an answer count like wrong ones, under the preferences that the caller holds: whoever guesses with
-- many codes at once has no more tries than with one after the other.
create or replace function herald.ask_verify(p_verification_id uuid, p_code text, p_now timestamptz)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verification herald.phone_verifications;
  v_asked herald.verify_requests;
  v_tries constant integer := (select verification_tries from herald.settings);
  v_unanswered integer;
  v_is_checking boolean;
  v_hash constant bytea := sha256(uuid_send(p_verification_id) || convert_to(p_code, 'UTF8'));
begin
  select * into v_verification from herald.phone_verifications where id = p_verification_id;
  select *
  into v_asked
  from herald.verify_requests
  where verification_id = p_verification_id and kind = 'check' and code_hash = v_hash
  order by created_at desc
  limit 1;

  if v_asked.outcome in ('approved', 'over')
    or (v_asked.outcome = 'wrong' and v_verification.outcome = 'too_many_tries')
  then
    return v_verification.outcome;
  elsif v_verification.ended_at is not null then
    return 'none';
  elsif v_verification.expires_at <= p_now then
    perform herald.end_verification(p_verification_id, 'expired', p_now);
    return 'expired';
  elsif p_code = '' or v_asked.outcome = 'wrong' then
    return 'wrong';
  -- Later than that its runner is gone.
  elsif v_asked.id is not null and v_asked.outcome is null and v_asked.created_at > p_now - interval '1 minute' then
    return 'checking';
  end if;

  -- What no runner took in time was never asked.
  select count(*), coalesce(bool_or(created_at > p_now - interval '1 minute'), false)
  into v_unanswered, v_is_checking
  from herald.verify_requests
  where verification_id = p_verification_id
    and kind = 'check'
    and outcome is null
    and (claimed_at is not null or created_at > p_now - interval '1 minute');
  if v_verification.tries + v_unanswered >= v_tries then
    if v_is_checking then
      return 'checking';
    end if;
    perform herald.end_verification(p_verification_id, 'too_many_tries', p_now);
    return 'too_many_tries';
  end if;

  insert into herald.verify_requests (verification_id, kind, code, code_hash, created_at)
  values (p_verification_id, 'check', p_code, v_hash, p_now);
  return 'checking';
end;
$$;

comment on function herald.ask_verify(uuid, text, timestamptz) is
'The part of check_verification that Twilio Verify does: checking, or what came of it.';

revoke execute on function herald.ask_verify(uuid, text, timestamptz) from public;
grant execute on function herald.ask_verify(uuid, text, timestamptz) to herald_runner;
