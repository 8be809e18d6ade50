-- A subscription is to an event that there is, with filters that can be understood. Definer, since clients write their
-- own, and have no right on the registry.
create or replace function herald.check_notification_subscription()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_event_type('event_type', new.event_type);
  if new.filters is not null then
    -- Measured as text, for a short number such as 1e9999 is long once somebody reads it.
    if octet_length(new.filters::text) > (select max_filter_bytes from herald.settings) then
      raise exception 'filters have % bytes', octet_length(new.filters::text)
        using errcode = '22023', hint = 'Ask for less; settings.max_filter_bytes is the limit.';
    end if;
    perform herald.check_filters(new.filters);
  end if;
  return new;
end;
$$;

comment on function herald.check_notification_subscription() is
'Trigger: validates event type and filters (23503, 22023).';

revoke execute on function herald.check_notification_subscription() from public;

create or replace trigger t20_check_notification_subscription
before insert or update of event_type, filters on public.notification_subscriptions
for each row execute function herald.check_notification_subscription();
