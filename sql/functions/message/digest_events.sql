-- The events of a digest in the order in which they were emitted, and why one of them is not told at an instant.
create or replace function herald.digest_events(p_digest_id uuid, p_at timestamptz)
returns table (event_id uuid, place bigint, expires_at timestamptz, dropped_reason text)
language sql
stable
rows 5
set search_path = pg_catalog, pg_temp
as $$
  select
    event.id, gathered.place, event.expires_at,
    case
      when event.redacted_at is not null then 'redacted: the event''s content was removed'
      when event.expires_at <= p_at then format('expired: it could go at %s only', herald.utc_text(p_at))
    end
  from herald.notification_digest_events as gathered
  inner join public.notification_events as event on event.id = gathered.event_id
  where gathered.digest_id = p_digest_id;
$$;

comment on function herald.digest_events(uuid, timestamptz) is
'The events that a digest has gathered; dropped_reason is null for those that are told at p_at.';

revoke execute on function herald.digest_events(uuid, timestamptz) from public;
grant execute on function herald.digest_events(uuid, timestamptz) to herald_runner;
