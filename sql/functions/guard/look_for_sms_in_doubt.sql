-- Whoever notes that an attempt proves nothing has the provider's list looked at: soon, since most answers that are
-- lost are lost after a yes.
create or replace function herald.look_for_sms_in_doubt()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.sms_messages
  set look_at = coalesce(new.finished_at, now()) + (select first_look from herald.settings)
  where id = new.message_id
    -- As text: a plan made beside no texts looks for it among all that are being sent.
    and status::text = 'sending';
  return null;
end;
$$;

comment on function herald.look_for_sms_in_doubt() is
'Trigger: says when to look for a text whose attempt proves nothing.';

revoke execute on function herald.look_for_sms_in_doubt() from public;

create or replace trigger t50_look_for_sms_in_doubt
after update of outcome on herald.sms_attempts
for each row when (new.outcome = 'unknown' and old.outcome is distinct from new.outcome)
execute function herald.look_for_sms_in_doubt();
