-- What came of a request to Twilio Verify. A code that is right makes the number the user's here and now, whether or
-- not anybody asks again.
create or replace function herald.record_verify_result(
  p_request_id uuid,
  p_outcome text,
  p_now timestamptz default now()
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verification herald.phone_verifications;
  v_tries constant integer := (select verification_tries from herald.settings);
begin
  p_now := coalesce(p_now, now());
  select verification.*
  into v_verification
  from herald.phone_verifications as verification
  inner join herald.verify_requests as request on request.verification_id = verification.id
  where request.id = p_request_id and request.outcome is null;
  if not found then
    return;
  end if;

  perform herald.take_number(v_verification.phone_number);
  perform from public.user_sms_preferences where user_id = v_verification.user_id for no key update;
  select * into v_verification from herald.phone_verifications where id = v_verification.id for no key update;
  update herald.verify_requests set outcome = p_outcome where id = p_request_id and outcome is null;
  if not found or v_verification.ended_at is not null then
    return;
  end if;

  if p_outcome = 'approved' then
    perform herald.accept_number(v_verification.id, p_now);
  elsif p_outcome = 'over' then
    perform herald.end_verification(v_verification.id, 'expired', p_now);
  elsif p_outcome = 'wrong' then
    update herald.phone_verifications set tries = tries + 1 where id = v_verification.id;
    if v_verification.tries + 1 >= v_tries then
      perform herald.end_verification(v_verification.id, 'too_many_tries', p_now);
    end if;
  end if;
end;
$$;

comment on function herald.record_verify_result(uuid, text, timestamptz) is
'Records what Twilio Verify answered: sent, approved, wrong, over or failed.';

revoke execute on function herald.record_verify_result(uuid, text, timestamptz) from public;
grant execute on function herald.record_verify_result(uuid, text, timestamptz) to herald_runner;
