-- Somebody of the team has proof that a number's holder wants texts again.
create or replace function public.opt_in_number(p_phone_number text, p_reason text, p_now timestamptz default now())
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  perform herald.require_e164('p_phone_number', p_phone_number);
  perform herald.require_reason(p_reason);
  return herald.start_texts(p_phone_number, 'team', p_reason, null, coalesce(p_now, now()));
end;
$$;

comment on function public.opt_in_number(text, text, timestamptz) is
$$Lets texts go to a number again, whatever stopped them; false if nothing did.

The provider keeps a list of its own: after a STOP it refuses until the number's holder sends START. Goes over a STOP of
the holder's own, with a warning, and names it as inbound_sid of its line in herald.consent_log.

p_reason: who asked, and how; kept in herald.consent_log.

Errors: 22023 not E.164; 22004 no number or no reason.

Example: {"p_phone_number": "+12025550187", "p_reason": "asked on the telephone, ticket 4711"}$$;

revoke execute on function public.opt_in_number(text, text, timestamptz) from public;
grant execute on function public.opt_in_number(text, text, timestamptz) to herald_runner;
