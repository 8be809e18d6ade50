-- A text that is deleted before it went takes its delivery along, which would wait for ever. Definer, since it may go
-- with its user, whom a role deletes that may not see deliveries.
create or replace function herald.end_delivery_without_text()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.notification_deliveries
  set status = 'failed', failed_at = now(), suppressed_reason = 'cancelled: its text was deleted'
  where id = old.notification_delivery_id and status = 'pending';
  return null;
end;
$$;

comment on function herald.end_delivery_without_text() is
'Trigger: ends the waiting delivery of a text that is deleted.';

revoke execute on function herald.end_delivery_without_text() from public;

create or replace trigger t50_end_delivery_without_text
after delete on public.sms_messages
for each row when (old.notification_delivery_id is not null)
execute function herald.end_delivery_without_text();
