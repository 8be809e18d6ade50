-- A user has read the code that was sent to them.
create or replace function public.confirm_phone_verification(p_user_id uuid, p_code text)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_right_over(p_user_id);
  if herald.needs_client_call() then
    return herald.call_as_client('confirm_phone_verification', jsonb_build_object('code', p_code)) #>> '{}';
  end if;
  return herald.check_verification(p_user_id, p_code, now());
end;
$$;

comment on function public.confirm_phone_verification(uuid, text) is
$$Checks a code; with the right one the number is the user's, and verified.

Gives verified; wrong; too_many_tries, and a new code is needed; expired; none, no code was sent; taken, the number is
verified for another user; and checking: ask again with the same code. A signed-in user is always told that first, since
a try is answered once it is on record; others only with Twilio Verify, in a moment. Raises nothing for a wrong code.

Errors: 42501 somebody else.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_code": "204816"}$$;

revoke execute on function public.confirm_phone_verification(uuid, text) from public;
grant execute on function public.confirm_phone_verification(uuid, text) to herald_runner, herald_client;
