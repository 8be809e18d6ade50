-- What the signed-in user has been told in the application, the newest first; nothing that is not due yet, and nothing
-- whose words were redacted or erased. It shows nobody anything but their own.
create or replace function public.list_notifications(
  p_limit integer default 50,
  p_before timestamptz default null,
  p_unread_only boolean default false,
  p_before_id uuid default null
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
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
begin
  if p_limit is null or p_limit not between 1 and 500 then
    raise exception 'p_limit is not between 1 and 500: %', coalesce(p_limit::text, 'null')
      using errcode = '22023', hint = 'Ask for fewer, and for the next ones with p_before.';
  end if;

  if p_before_id is not null and p_before is null then
    raise exception 'p_before_id is given without p_before'
      using errcode = '22023', hint = 'Give both, as delivered_at and id of the last one on the page before.';
  end if;

  return query
  select
    delivery.id, delivery.event_id, delivery.payload ->> 'event_type', delivery.payload ->> 'title',
    delivery.payload ->> 'body', delivery.payload ->> 'url', delivery.payload, delivery.delivered_at,
    delivery.opened_at, delivery.status = 'delivered'
  from public.notification_deliveries as delivery
  where delivery.recipient_user_id = (select herald.require_signed_in_user())
    and delivery.channel = 'in_app'
    and delivery.status in ('delivered', 'opened', 'clicked')
    -- Row comparison would not do: the ids rise where the instants fall.
    and (p_before is null or delivery.delivered_at <= p_before)
    and (
      p_before is null or delivery.delivered_at < p_before or delivery.id > p_before_id
    )
    and delivery.erased_at is null
    and not exists (
      select from public.notification_events as event where event.id = delivery.event_id and event.redacted_at is not null
    )
    and (delivery.status = 'delivered' or not coalesce(p_unread_only, false))
  order by delivery.delivered_at desc, delivery.id
  limit p_limit;
end;
$$;

comment on function public.list_notifications(integer, timestamptz, boolean, uuid) is
$$The signed-in user's in-app notifications, the newest first.

p_limit: 1 to 500.
p_before, p_before_id: delivered_at and id of the last one on this page, for the next page; p_before alone takes only
  those delivered before that instant.
p_unread_only: only those not opened yet.

Errors: 42501 nobody is signed in; 22023 the limit, or p_before_id alone.

Example: {"p_limit": 20, "p_unread_only": true}$$;

revoke execute on function public.list_notifications(integer, timestamptz, boolean, uuid) from public;
grant execute on function public.list_notifications(integer, timestamptz, boolean, uuid)
to herald_runner, herald_client;
