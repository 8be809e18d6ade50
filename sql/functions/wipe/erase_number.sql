-- Whoever wrote to us without being a user, or whose user was deleted before anybody asked for an erasure, is known by
-- the number alone. That somebody has written it down without proving it keeps nobody from that.
create or replace function public.erase_number(p_phone_number text)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_e164('p_phone_number', p_phone_number);
  perform herald.take_number(p_phone_number);
  if exists (select from public.user_sms_preferences where phone_number = p_phone_number and phone_verified) then
    raise exception 'p_phone_number is the verified number of a user'
      using errcode = '23503', hint = 'Erase that user, with erase_user.';
  end if;

  return herald.erase_ledgers(array[herald.number_hash(p_phone_number)], null);
end;
$$;

comment on function public.erase_number(text) is
$$Erases a number that is verified for no user from suppressions, texts that came in, and the ledger of consent.

Returns of how many rows. What stopped texts to the number goes on doing so, by its hash.

Lines of the ledger that are a user's stay until that user is erased.

Errors: 22023 not E.164; 23503 it is verified for a user, and erase_user erases it.

Example: {"p_phone_number": "+12025550187"}$$;

revoke execute on function public.erase_number(text) from public;
grant execute on function public.erase_number(text) to herald_runner;
