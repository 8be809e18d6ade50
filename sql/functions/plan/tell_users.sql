-- Tells these users of an event, or gathers it for those who want that. A user whose row another transaction holds, to
-- change or to delete it, is noted for the next tick: neither does a broadcast wait for one of its readers, nor does it
-- fail for one who goes, nor is anybody lost.
create or replace function herald.tell_users(p_event_id uuid, p_user_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
declare
  v_free uuid[];
  v_gathering uuid[];
  v_users uuid[];
begin
  v_free := array(select herald.free_users(p_user_ids));

  if cardinality(v_free) < cardinality(p_user_ids) then
    insert into herald.notification_latecomers (event_id, user_id, noted_at)
    select p_event_id, held.user_id, p_now
    from unnest(p_user_ids) as held (user_id)
    where held.user_id not in (select unnest(v_free)) and herald.user_exists(held.user_id)
    on conflict (event_id, user_id) do nothing;
  end if;

  -- What has a time of its own goes at that time and is not gathered.
  select
    array_agg(asked.user_id) filter (where gathers.so),
    array_agg(asked.user_id) filter (where not gathers.so)
  into v_gathering, v_users
  from unnest(v_free) as asked (user_id)
  inner join public.notification_events as event on event.id = p_event_id
  left join lateral (
    -- Looked up for each: a join may begin with everybody's of this type.
    select batch_enabled, priority
    from public.user_notification_preferences
    where user_id = asked.user_id and event_type = event.event_type
    offset 0
  ) as wishes on true
  cross join lateral (
    select coalesce(
      wishes.batch_enabled and wishes.priority <> 'urgent'
      and coalesce(event.scheduled_for <= event.created_at, true) and event.redacted_at is null,
      false
    ) as so
  ) as gathers;

  if v_gathering is not null then
    perform herald.gather_event(p_event_id, v_gathering, p_now);
  end if;
  if v_users is not null then
    perform herald.deliver_notifications(array_fill(p_event_id, array[cardinality(v_users)]), v_users, null, p_now);
  end if;
  return cardinality(v_free);
end;
$$;

comment on function herald.tell_users(uuid, uuid[], timestamptz) is
'Delivers or gathers an event for those of its readers whose rows are free, and notes the others; how many are free.';

revoke execute on function herald.tell_users(uuid, uuid[], timestamptz) from public;
grant execute on function herald.tell_users(uuid, uuid[], timestamptz) to herald_runner;
