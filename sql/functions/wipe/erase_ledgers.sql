-- Takes numbers and words out of the ledgers that are kept by number. The hashes stay: a suppression goes on stopping
-- texts, and the ledger of consent goes on telling that consent was given or taken back, when and how. A number that is
-- verified for somebody else by now is theirs, and stays readable.
create or replace function herald.erase_ledgers(p_number_hashes bytea[], p_user_id uuid)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased integer;
  v_others bytea[];
begin
  v_others := array(
    select herald.number_hash(wishes.phone_number)
    from public.user_sms_preferences as wishes
    where wishes.phone_verified
      and wishes.user_id is distinct from p_user_id
      and wishes.phone_number in (
        select phone_number from herald.suppressed_numbers where number_hash = any (p_number_hashes)
        union all
        select from_number from herald.inbound_sms where number_hash = any (p_number_hashes)
        union all
        select phone_number from herald.consent_log where number_hash = any (p_number_hashes)
      )
  );
  p_number_hashes := array(
    select given.hash from unnest(p_number_hashes) as given (hash) where given.hash <> all (v_others)
  );

  with suppressed as (
    update herald.suppressed_numbers
    set
      phone_number = null,
      -- What a team wrote may say who it was.
      reason = case when source = 'team' then '(erased)' else reason end
    where number_hash = any (p_number_hashes)
      and (phone_number is not null or (source = 'team' and reason <> '(erased)'))
    returning number_hash
  ),
  inbound as (
    update herald.inbound_sms
    set from_number = null, words = null, parameters = '{}', needs_review = false
    where number_hash = any (p_number_hashes)
      and (from_number is not null or words is not null or parameters <> '{}')
    returning number_hash
  ),
  consent as (
    update herald.consent_log
    set phone_number = null, words = null, user_id = null
    where (
        user_id = p_user_id
        -- Of a user who is still here it is theirs, though they have another number by now.
        or (number_hash = any (p_number_hashes) and (user_id is null or not herald.user_exists(user_id)))
      )
      and num_nonnulls(phone_number, words, user_id) > 0
    returning number_hash
  )
  select ((select count(*) from suppressed) + (select count(*) from inbound) + (select count(*) from consent))::integer
  into v_erased;

  -- A turn that somebody has just taken is left to them.
  delete from herald.verification_turns
  where whose in (
    select turn.whose
    from herald.verification_turns as turn
    where turn.whose in (select encode(given.hash, 'hex') from unnest(p_number_hashes) as given (hash))
    for update skip locked
  );
  return v_erased;
end;
$$;

comment on function herald.erase_ledgers(bytea[], uuid) is
'Erases numbers and words of suppressions, texts that came in and consent; returns of how many rows.';

revoke execute on function herald.erase_ledgers(bytea[], uuid) from public;
grant execute on function herald.erase_ledgers(bytea[], uuid) to herald_runner;
