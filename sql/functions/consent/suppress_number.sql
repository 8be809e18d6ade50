-- Puts a number on the list that outlives its user.
create or replace function herald.suppress_number(p_phone_number text, p_reason text, p_source text, p_now timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into herald.suppressed_numbers (number_hash, phone_number, reason, source, suppressed_at)
  values (herald.number_hash(p_phone_number), p_phone_number, p_reason, p_source, p_now)
  on conflict (number_hash) do nothing;
$$;

comment on function herald.suppress_number(text, text, text, timestamptz) is
'No text goes to this number any more, whoever it belongs to.';

revoke execute on function herald.suppress_number(text, text, text, timestamptz) from public;
grant execute on function herald.suppress_number(text, text, text, timestamptz) to herald_runner;
