-- The number on the badge: of what the signed-in user can see and has not opened.
create or replace function public.count_unread_notifications()
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
  select count(*)
  from public.notification_deliveries as delivery
  where recipient_user_id = (select herald.require_signed_in_user())
    and channel = 'in_app'
    and status = 'delivered'
    and erased_at is null
    and not exists (
      select from public.notification_events as event where event.id = delivery.event_id and event.redacted_at is not null
    );
$$;

comment on function public.count_unread_notifications() is
$$How many in-app notifications the signed-in user has not opened.

Errors: 42501 nobody is signed in.

Example: {}$$;

revoke execute on function public.count_unread_notifications() from public;
grant execute on function public.count_unread_notifications() to herald_runner, herald_client;
