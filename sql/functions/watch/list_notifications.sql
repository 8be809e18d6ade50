-- What the signed-in user has been told in the application, the newest first; nothing that is not due yet. Definer,
-- since clients have no way into the private schema; it shows nobody anything but their own.
create or replace function public.list_notifications(
  p_limit integer default 50,
  p_before timestamptz default null,
  p_unread_only boolean default false
)
returns table (
  id uuid,
  event_id uuid,
  event_type text,
  title text,
  body text,
  url text,
  payload jsonb,
  delivered_at timestamptz,
  opened_at timestamptz,
  is_unread boolean
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  if p_limit is null or p_limit not between 1 and 500 then
    raise exception 'p_limit is not between 1 and 500: %', coalesce(p_limit::text, 'null')
      using errcode = '22023', hint = 'Ask for fewer, and for the next ones with p_before.';
  end if;

  return query
  select
    delivery.id, delivery.event_id, delivery.payload ->> 'event_type', delivery.payload ->> 'title',
    delivery.payload ->> 'body', delivery.payload ->> 'url', delivery.payload, delivery.delivered_at,
    delivery.opened_at, delivery.status = 'delivered'
  from public.notification_deliveries as delivery
  where delivery.recipient_user_id = herald.require_signed_in_user()
    and delivery.channel = 'in_app'
    and delivery.status in ('delivered', 'opened', 'clicked')
    and (p_before is null or delivery.delivered_at < p_before)
    and (delivery.status = 'delivered' or not coalesce(p_unread_only, false))
  order by delivery.delivered_at desc, delivery.id
  limit p_limit;
end;
$$;

comment on function public.list_notifications(integer, timestamptz, boolean) is
$$The signed-in user's in-app notifications, the newest first.

p_limit: 1 to 500. p_before: only those delivered before this instant, for the next page. p_unread_only: only those not
opened yet. Errors: 42501 nobody is signed in; 22023 the limit.$$;

revoke execute on function public.list_notifications(integer, timestamptz, boolean) from public;
grant execute on function public.list_notifications(integer, timestamptz, boolean) to herald_runner, herald_client;
