-- What happened has happened. An event changes in three ways only: a user who is gone is forgotten by it, its content
-- is redacted, once, with its key then or later, and a redacted one may be deleted.
create or replace function herald.keep_event_immutable()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new public.notification_events;
begin
  if tg_op = 'DELETE' then
    if old.redacted_at is not null then
      return old;
    end if;
    raise exception 'event % cannot be deleted', old.id
      using errcode = '42501', hint = 'Events are a log. Redact it first, with redact_notification_event.';
  end if;

  v_new := new;
  if new.actor_user_id is null and not herald.user_exists(old.actor_user_id) then
    v_new.actor_user_id := old.actor_user_id;
  end if;
  if new.target_user_id is null and not herald.user_exists(old.target_user_id) then
    v_new.target_user_id := old.target_user_id;
  end if;
  if old.redacted_at is null and new.redacted_at is not null and new.payload = '{}' and new.metadata is null then
    v_new.payload := old.payload;
    v_new.metadata := old.metadata;
    v_new.redacted_at := null;
  end if;
  -- A key may say who it was.
  if new.redacted_at is not null then
    v_new.idempotency_key := coalesce(new.idempotency_key, old.idempotency_key);
    v_new.request_digest := coalesce(new.request_digest, old.request_digest);
  end if;
  if v_new is distinct from old then
    raise exception 'event % cannot be changed', old.id
      using errcode = '42501',
        hint = 'Events are a log: emit another one, or remove the content with redact_notification_event.';
  end if;
  return new;
end;
$$;

comment on function herald.keep_event_immutable() is 'Trigger: refuses changes of events (42501), but for redaction.';

revoke execute on function herald.keep_event_immutable() from public;

create or replace trigger t10_keep_event_immutable
before update or delete on public.notification_events
for each row execute function herald.keep_event_immutable();
