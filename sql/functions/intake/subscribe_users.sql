-- Subscribes users to the event types that new users get. Nobody twice: a subscription that was ended, by switching it
-- off or by deleting it, stays ended.
create or replace function herald.subscribe_users(p_user_ids uuid[])
returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with first_time as (
    insert into herald.automatic_subscriptions (user_id, event_type)
    select wanted.user_id, known.event_type
    from (
      select unnest(p_user_ids) as user_id
      union all
      select id from public.users where p_user_ids is null
    ) as wanted
    cross join herald.event_types as known
    where known.subscribes_new_users
    order by wanted.user_id, known.event_type
    on conflict do nothing
    returning user_id, event_type
  ),
  subscribed as (
    insert into public.notification_subscriptions (user_id, event_type)
    select user_id, event_type from first_time
    on conflict (user_id, event_type) do nothing
    returning user_id
  )
  select count(*)::integer from subscribed;
$$;

comment on function herald.subscribe_users(uuid[]) is
$$Subscribes users (null: all of them) to the event types with subscribes_new_users; returns how many it made.

For the backfill after a type was added: select herald.subscribe_users(null). Running it again changes nothing.$$;

revoke execute on function herald.subscribe_users(uuid[]) from public;
grant execute on function herald.subscribe_users(uuid[]) to herald_runner;
