-- A text that is being sent and has lost its job may have been sent. It gets a held one, so that a report or a person
-- can still say what became of it. A user who is deleted takes the text along, and nothing is left to be held.
create or replace function herald.keep_sms_in_doubt()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if herald.user_exists(new.user_id) then
    perform herald.hold_sms(new.id);
  end if;
  return null;
end;
$$;

comment on function herald.keep_sms_in_doubt() is 'Trigger: a text that is being sent and loses its job is held.';

revoke execute on function herald.keep_sms_in_doubt() from public;

create or replace trigger t60_keep_sms_in_doubt
after update on public.sms_messages
for each row when (
  new.status = 'sending'
  and old.queue_job_id is not null
  and new.queue_job_id is null
)
execute function herald.keep_sms_in_doubt();
