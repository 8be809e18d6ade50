-- What was agreed or taken back stays on record. A row changes in one way: number, user and words are erased, and what
-- is left tells that somebody's consent changed, and how.
create or replace function herald.keep_consent_log()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new herald.consent_log;
begin
  if tg_op = 'UPDATE' then
    v_new := new;
    v_new.phone_number := coalesce(new.phone_number, old.phone_number);
    v_new.user_id := coalesce(new.user_id, old.user_id);
    v_new.words := coalesce(new.words, old.words);
    if v_new is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'the ledger of consent cannot be changed'
    using errcode = '42501', hint = 'Add a row. Only phone_number, user_id and words can become null, to be erased.';
end;
$$;

comment on function herald.keep_consent_log() is 'Trigger: refuses changes of the ledger (42501), but for erasure.';

revoke execute on function herald.keep_consent_log() from public;

create or replace trigger t10_keep_consent_log
before update or delete on herald.consent_log
for each row execute function herald.keep_consent_log();

create or replace trigger t10_keep_consent_log_whole
before truncate on herald.consent_log
for each statement execute function herald.keep_consent_log();
