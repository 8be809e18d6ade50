-- updated_at tells of every change, also of one made by hand. A statement that sets it right itself costs no call.
create or replace function herald.touch_updated_at()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

comment on function herald.touch_updated_at() is 'Trigger: sets updated_at to the time of the transaction.';

revoke execute on function herald.touch_updated_at() from public;

create or replace trigger t90_touch_updated_at before update on public.notification_subscriptions
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.user_notification_preferences
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.push_subscriptions
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.notification_deliveries
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.queue_jobs
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.sms_templates
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.user_sms_preferences
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();

create or replace trigger t90_touch_updated_at before update on public.sms_messages
for each row when (new.updated_at is distinct from now()) execute function herald.touch_updated_at();
