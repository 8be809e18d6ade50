-- A verification is over: its code is good for nothing, goes no more if it has not gone, and nobody can read it. Where
-- the text is under way, tick() makes it unreadable afterwards: its words are what it is found by if it is in doubt.
create or replace function herald.end_verification(p_verification_id uuid, p_outcome text, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update herald.phone_verifications
  set ended_at = p_now, outcome = p_outcome, salt = null, code_hash = null
  where id = p_verification_id and ended_at is null;

  perform
  from herald.cancel_texts(
    array(
      select message_id from herald.phone_verifications where id = p_verification_id and message_id is not null
    ),
    'the code is not needed any more: ' || p_outcome, p_now
  );
  perform herald.redact_codes(array[p_verification_id], p_now);
end;
$$;

comment on function herald.end_verification(uuid, text, timestamptz) is 'Ends a verification and hides its code.';

revoke execute on function herald.end_verification(uuid, text, timestamptz) from public;
grant execute on function herald.end_verification(uuid, text, timestamptz) to herald_runner;
