-- Tells those whose rows were held when the event was emitted, as soon as they are free. Who is gone is forgotten.
create or replace function herald.tell_latecomers(p_now timestamptz, p_limit integer default 1000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_events uuid[];
  v_users uuid[];
  v_free uuid[];
  v_event_id uuid;
  v_readers uuid[];
  v_told integer := 0;
begin
  if not exists (select from herald.notification_latecomers) then
    return 0;
  end if;

  select array_agg(late.event_id), array_agg(late.user_id)
  into v_events, v_users
  from (
    select event_id, user_id
    from herald.notification_latecomers
    order by noted_at, event_id, user_id
    limit p_limit
    for update skip locked
  ) as late;
  v_free := array(select herald.free_users(v_users));

  -- Who is still held moves behind the others, so that a thousand of them cannot stand in everybody's way.
  update herald.notification_latecomers as late
  set noted_at = p_now
  from unnest(v_events, v_users) as held (event_id, user_id)
  where late.event_id = held.event_id and late.user_id = held.user_id and held.user_id <> all (v_free);

  delete from herald.notification_latecomers as late
  using unnest(v_events, v_users) as turn (event_id, user_id)
  where late.event_id = turn.event_id
    and late.user_id = turn.user_id
    and (turn.user_id = any (v_free) or not herald.user_exists(turn.user_id));

  for v_event_id, v_readers in
    select turn.event_id, array_agg(turn.user_id)
    from unnest(v_events, v_users) as turn (event_id, user_id)
    where turn.user_id in (select unnest(v_free))
    group by turn.event_id
    order by turn.event_id
  loop
    v_told := v_told + herald.tell_users(v_event_id, v_readers, p_now);
  end loop;
  return v_told;
end;
$$;

comment on function herald.tell_latecomers(timestamptz, integer) is
'Tells up to p_limit subscribers whose rows were held at the emission; returns how many.';

revoke execute on function herald.tell_latecomers(timestamptz, integer) from public;
grant execute on function herald.tell_latecomers(timestamptz, integer) to herald_runner;
