-- The signed-in user has seen these: all that are named, or all up to an instant, so that what comes while the list is
-- being read stays unread. Nobody's but their own are changed.
create or replace function public.mark_opened(
  p_delivery_ids uuid[] default null,
  p_until timestamptz default null
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id constant uuid := herald.require_signed_in_user();
  v_marked integer;
begin
  if (p_delivery_ids is null) = (p_until is null) then
    raise exception 'p_delivery_ids and p_until are both %', case when p_until is null then 'null' else 'given' end
      using errcode = '22023', hint = 'Name the notifications, or the instant up to which all are opened.';
  end if;

  update public.notification_deliveries
  set status = 'opened'
  where recipient_user_id = v_user_id
    and channel = 'in_app'
    and status = 'delivered'
    and (id = any (p_delivery_ids) or delivered_at <= p_until);
  get diagnostics v_marked = row_count;
  return v_marked;
end;
$$;

comment on function public.mark_opened(uuid[], timestamptz) is
$$Marks in-app notifications of the signed-in user as opened, and returns how many were unread until now.

Give one of the two.

p_until: all that were delivered up to that instant.

Errors: 42501 nobody is signed in; 22023 none or both given.

Example: {"p_delivery_ids": ["60000000-0000-4000-8000-000000000001"]}$$;

revoke execute on function public.mark_opened(uuid[], timestamptz) from public;
grant execute on function public.mark_opened(uuid[], timestamptz) to herald_runner, herald_client;
