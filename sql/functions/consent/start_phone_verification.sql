-- A user asks for a code, for themselves alone.
create or replace function public.start_phone_verification(p_user_id uuid, p_phone_number text)
returns table (status text, expires_at timestamptz, again_at timestamptz)
language plpgsql
volatile
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_right_over(p_user_id);
  if herald.needs_client_call() then
    return query
    select answer.status, answer.expires_at, answer.again_at
    from jsonb_to_record(
      herald.call_as_client('start_phone_verification', jsonb_build_object('phone_number', p_phone_number))
    ) as answer (status text, expires_at timestamptz, again_at timestamptz);
    return;
  end if;
  return query select * from herald.begin_verification(p_user_id, p_phone_number, now());
end;
$$;

comment on function public.start_phone_verification(uuid, text) is
$$Sends a code to a number that the user says is theirs; exactly one row.

The number in use stays until the new one is confirmed. A new code ends the one before.

p_phone_number: E.164.
status: sent; verified, it is already; too_soon or too_many, none was sent; opted_out, the number has had STOP;
  unreachable, it takes no texts.
expires_at: until when the code is good.
again_at: when the next code may be asked for; infinity means never.

Errors: 22023 not E.164; 22004 null; 23503 unknown user; 42501 somebody else.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_phone_number": "+12025550164"}$$;

revoke execute on function public.start_phone_verification(uuid, text) from public;
grant execute on function public.start_phone_verification(uuid, text) to herald_runner, herald_client;
