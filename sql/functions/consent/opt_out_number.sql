-- Somebody of the team stops texts to a number: by telephone, by letter, by order of a court.
create or replace function public.opt_out_number(p_phone_number text, p_reason text, p_now timestamptz default now())
returns integer
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
  return herald.stop_texts(p_phone_number, p_reason, 'team', null, null, coalesce(p_now, now()));
end;
$$;

comment on function public.opt_out_number(text, text, timestamptz) is
$$Stops all texts to a number, whoever has it, and returns how many waiting ones were cancelled.

Only opt_in_number lifts it again, no START.

p_reason: who asked, and how; kept in herald.consent_log.

Errors: 22023 not E.164; 22004 no number or no reason.

Example: {"p_phone_number": "+12025550123", "p_reason": "asked on the telephone, ticket 4711"}$$;

revoke execute on function public.opt_out_number(text, text, timestamptz) from public;
grant execute on function public.opt_out_number(text, text, timestamptz) to herald_runner;
