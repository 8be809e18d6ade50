-- Whether a number's holder has taken their consent back, as far as anybody told: the list of suppressed numbers, or
-- the latest line of the ledger, which also knows of those who did so by the preferences of a user who is gone.
create or replace function herald.standing_opt_out(
  p_phone_number text,
  p_suppressed_only boolean,
  p_user_id uuid default null
)
returns table (since timestamptz, reason text)
language sql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
  select suppressed.suppressed_at, suppressed.reason
  from herald.suppressed_numbers as suppressed
  where suppressed.number_hash = herald.number_hash(p_phone_number)
    and suppressed.source <> 'undeliverable'
  union all
  select latest.recorded_at, 'opted out before'
  from (
    select consent.change, consent.recorded_at
    from herald.consent_log as consent
    where consent.number_hash = herald.number_hash(p_phone_number)
      and (consent.source <> 'user' or p_user_id is null or consent.user_id is distinct from p_user_id)
    order by consent.id desc
    limit 1
  ) as latest
  where latest.change = 'opted_out' and not p_suppressed_only
  limit 1;
$$;

comment on function herald.standing_opt_out(text, boolean, uuid) is
'Since when and why a number is opted out; no row if it is not. p_suppressed_only: do not ask the ledger. p_user_id: '
'what this user said by their preferences does not count.';

revoke execute on function herald.standing_opt_out(text, boolean, uuid) from public;
grant execute on function herald.standing_opt_out(text, boolean, uuid) to herald_runner;
