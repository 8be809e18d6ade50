-- Takes a number's turn: a STOP from it, a code to it and its confirmation come one after the other, whoever has it,
-- and also where nobody has it yet. Taken before any user's preferences, so that no two wait for each other.
create or replace function herald.take_number(p_phone_number text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into herald.verification_turns as turn (whose, taken_at)
  select encode(herald.number_hash(p_phone_number), 'hex'), now()
  where p_phone_number is not null
  on conflict (whose) do update set taken_at = now();
$$;

comment on function herald.take_number(text) is
'Holds a number''s turn until the transaction ends; waits for it. Null holds nothing.';

revoke execute on function herald.take_number(text) from public;
grant execute on function herald.take_number(text) to herald_runner;
