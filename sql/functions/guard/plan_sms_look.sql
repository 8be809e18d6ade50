-- A text that has been sent should be heard of. When it becomes so, it is noted when to ask about it, should nothing be
-- reported until then. A statement that says so itself costs no call.
create or replace function herald.plan_sms_look()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.look_at := coalesce(new.sent_at, now()) + (select report_time from herald.settings);
  return new;
end;
$$;

comment on function herald.plan_sms_look() is 'Trigger: says when to ask the provider about a text that has been sent.';

revoke execute on function herald.plan_sms_look() from public;

create or replace trigger t40_plan_sms_look
before update on public.sms_messages
for each row when (
  new.status = 'sent'
  and old.status <> 'sent'
  and new.twilio_sid is not null
  and new.look_at is not distinct from old.look_at
)
execute function herald.plan_sms_look();
