-- A text's status changes only along the lines of its machine, whoever runs the update, and no change goes without
-- its timestamp. A stamp that is there stays; only a redrive, which begins anew, takes the one of the end away.
create or replace function herald.enforce_text_transition()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from constant text := case when tg_op = 'INSERT' then '(start)' else old.status::text end;
begin
  if not exists (
    select
    from herald.transitions
    where machine = 'message' and from_status = v_from and to_status = new.status::text
  ) then
    perform herald.refuse_transition('message', new.id, v_from, new.status::text);
  end if;

  case new.status
    when 'sent' then new.sent_at := coalesce(new.sent_at, now());
    when 'delivered' then
      new.delivered_at := coalesce(new.delivered_at, now());
      new.sent_at := coalesce(new.sent_at, new.delivered_at);
    when 'undelivered' then
      new.failed_at := coalesce(new.failed_at, now());
      new.sent_at := coalesce(new.sent_at, new.failed_at);
    when 'failed' then new.failed_at := coalesce(new.failed_at, now());
    when 'cancelled' then new.cancelled_at := coalesce(new.cancelled_at, now());
    else null;
  end case;
  if v_from in ('failed', 'undelivered') then
    new.failed_at := null;
    -- A redrive begins anew: what the provider said of the first life is not about this one.
    if new.status = 'queued' then
      new.sent_at := null;
      new.attempt_count := 0;
      new.twilio_sid := null;
      new.twilio_status := null;
      new.twilio_error_code := null;
      new.twilio_error_message := null;
    end if;
  end if;
  return new;
end;
$$;

comment on function herald.enforce_text_transition() is
'Trigger: refuses a status change that herald.transitions does not list (SMS01) and stamps the one that it does.';

revoke execute on function herald.enforce_text_transition() from public;

create or replace trigger t10_enforce_start
before insert on public.sms_messages
for each row when (new.status not in ('pending', 'scheduled', 'queued'))
execute function herald.enforce_text_transition();

create or replace trigger t10_enforce_transition
before update on public.sms_messages
for each row when (old.status is distinct from new.status)
execute function herald.enforce_text_transition();
