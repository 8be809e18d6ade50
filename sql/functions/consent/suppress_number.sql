-- Puts a number on the list that outlives its user, and into the ledger of consent. Where it stands there already,
-- the weightier reason stays: what a team decided is lifted by the team alone, and who has sent STOP may send START.
--
-- The ledger gets every word of the number's holder and of the team, also where the list stays as it is; of the
-- provider, which can refuse many texts at once, what changed the list. A number that cannot be reached has withdrawn
-- nothing, so the ledger does not know of it.
create or replace function herald.suppress_number(
  p_phone_number text,
  p_reason text,
  p_source text,
  p_now timestamptz,
  p_words text default null,
  p_inbound_sid text default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_weights constant text[] := '{undeliverable, provider, inbound, team}'::text[];
begin
  insert into herald.suppressed_numbers as known (number_hash, phone_number, reason, source, suppressed_at)
  values (herald.number_hash(p_phone_number), p_phone_number, p_reason, p_source, p_now)
  on conflict (number_hash) do update
  set reason = excluded.reason, source = excluded.source, suppressed_at = excluded.suppressed_at
  where array_position(v_weights, excluded.source) > array_position(v_weights, known.source);

  if p_source in ('inbound', 'team') or (found and p_source = 'provider') then
    perform herald.record_consent(
      p_phone_number, 'opted_out', p_source, coalesce(p_words, p_reason), p_inbound_sid, p_now
    );
  end if;
end;
$$;

comment on function herald.suppress_number(text, text, text, timestamptz, text, text) is
$$No text goes to this number any more, whoever it belongs to.

p_source: undeliverable, provider, inbound or team, the weightiest last. p_words: for the ledger, instead of p_reason.$$;

revoke execute on function herald.suppress_number(text, text, text, timestamptz, text, text) from public;
grant execute on function herald.suppress_number(text, text, text, timestamptz, text, text) to herald_runner;
