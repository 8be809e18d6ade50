-- Writes into the ledger what a number's holder wants, once for each user who has the number, or for nobody. Anybody
-- may have written the number down: the holder's words stand with those who have proved that it is theirs, or with
-- nobody.
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
    herald.number_hash(p_phone_number), p_phone_number, holder.user_id, p_change, p_source,
    case when holder.has_proved then p_words end, case when holder.has_proved then p_inbound_sid end, p_now
  from (
    select user_id, phone_verified as has_proved from public.user_sms_preferences where phone_number = p_phone_number
    union all
    select null, true
    where not exists (
      select from public.user_sms_preferences where phone_number = p_phone_number and phone_verified
    )
  ) as holder
  order by holder.user_id;
$$;

comment on function herald.record_consent(text, text, text, text, text, timestamptz) is
'Adds an opted_in or opted_out of a number to the ledger of consent.';

revoke execute on function herald.record_consent(text, text, text, text, text, timestamptz) from public;
grant execute on function herald.record_consent(text, text, text, text, text, timestamptz) to herald_runner;
