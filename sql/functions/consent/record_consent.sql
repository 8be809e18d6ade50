-- Writes into the ledger what a number's holder wants, once for each user who has the number, or for nobody.
create or replace function herald.record_consent(
  p_phone_number text,
  p_change text,
  p_source text,
  p_words text,
  p_inbound_sid text,
  p_now timestamptz
)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  insert into herald.consent_log (
    number_hash, phone_number, user_id, change, source, words, inbound_sid, recorded_at
  )
  select
    herald.number_hash(p_phone_number), p_phone_number, wishes.user_id, p_change, p_source, p_words, p_inbound_sid,
    p_now
  from (select p_phone_number as phone_number) as given
  left join public.user_sms_preferences as wishes on wishes.phone_number = given.phone_number
  order by wishes.user_id;
$$;

comment on function herald.record_consent(text, text, text, text, text, timestamptz) is
'Adds an opted_in or opted_out of a number to the ledger of consent.';

revoke execute on function herald.record_consent(text, text, text, text, text, timestamptz) from public;
grant execute on function herald.record_consent(text, text, text, text, text, timestamptz) to herald_runner;
