-- A user who opts out or in by their preferences does so on record. Who does it otherwise (a text, the team) has
-- written the ledger by now, and then its latest line about the user says the same already. Definer, since clients
-- write their own preferences, and not the ledger.
create or replace function herald.record_wishes()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_change constant text := case when new.opted_out then 'opted_out' else 'opted_in' end;
begin
  if v_change = coalesce(
    (select change from herald.consent_log where user_id = new.user_id order by id desc limit 1), 'opted_in'
  ) then
    return null;
  end if;

  insert into herald.consent_log (number_hash, phone_number, user_id, change, source, words, recorded_at)
  values (
    herald.number_hash(new.phone_number), new.phone_number, new.user_id, v_change, 'user', new.opt_out_reason,
    coalesce(new.opted_out_at, now())
  );
  return null;
end;
$$;

comment on function herald.record_wishes() is 'Trigger: writes opt-outs by preferences into the ledger of consent.';

revoke execute on function herald.record_wishes() from public;

create or replace trigger t50_record_opt_out
after insert on public.user_sms_preferences
for each row when (new.opted_out)
execute function herald.record_wishes();

create or replace trigger t50_record_wishes
after update on public.user_sms_preferences
for each row when (old.opted_out is distinct from new.opted_out)
execute function herald.record_wishes();
