-- In-app is delivered by being written: where the row is, the user sees it. One for later waits for its time.
create or replace function herald.deliver_in_app()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.status := 'delivered';
  new.delivered_at := coalesce(new.delivered_at, now());
  return new;
end;
$$;

comment on function herald.deliver_in_app() is 'Trigger: an in-app delivery without a time of its own is delivered.';

revoke execute on function herald.deliver_in_app() from public;

create or replace trigger t30_deliver_in_app
before insert on public.notification_deliveries
for each row when (new.channel = 'in_app' and new.status = 'pending' and new.scheduled_for is null)
execute function herald.deliver_in_app();
