-- Puts an event into the open digest of each of these users, and opens one where there is none. Rows are taken in the
-- users' order, so that parallel emitters wait for each other instead of deadlocking.
create or replace function herald.gather_event(p_event_id uuid, p_user_ids uuid[], p_now timestamptz)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with opened as (
    insert into herald.notification_digests as digest (user_id, event_type, opened_at, due_at)
    select
      wishes.user_id, wishes.event_type, p_now,
      p_now + coalesce(make_interval(mins => wishes.batch_interval_minutes), setting.default_batch_interval)
    from public.notification_events as event
    inner join public.user_notification_preferences as wishes
      on wishes.event_type = event.event_type and wishes.user_id = any (p_user_ids)
    cross join herald.settings as setting
    where event.id = p_event_id
    order by wishes.user_id
    -- Written to be locked: a digest that is just being flushed is not joined any more.
    on conflict (user_id, event_type) where flushed_at is null do update set due_at = digest.due_at
    returning digest.id
  )
  insert into herald.notification_digest_events (digest_id, event_id)
  select id, p_event_id from opened;
$$;

comment on function herald.gather_event(uuid, uuid[], timestamptz) is
'Adds an event to the digests of users who want it gathered.';

revoke execute on function herald.gather_event(uuid, uuid[], timestamptz) from public;
grant execute on function herald.gather_event(uuid, uuid[], timestamptz) to herald_runner;
