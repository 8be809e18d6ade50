-- Holds a number's turn, so that nobody gets it meanwhile, and the preferences of those who have it, so that no text to
-- it is claimed.
create or replace function herald.lock_number(p_phone_number text)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select herald.take_number(p_phone_number);

  -- Two questions, since one with an `or` in it would walk through everybody's.
  select
  from public.user_sms_preferences
  where user_id in (
      select user_id from public.user_sms_preferences where phone_number = p_phone_number
      union all
      select user_id
      from public.sms_messages
      where phone_number = p_phone_number and status in ('pending', 'scheduled', 'queued')
    )
  order by user_id
  for no key update;
$$;

comment on function herald.lock_number(text) is 'Keeps claims from texting a number until the transaction ends.';

revoke execute on function herald.lock_number(text) from public;
grant execute on function herald.lock_number(text) to herald_runner;
