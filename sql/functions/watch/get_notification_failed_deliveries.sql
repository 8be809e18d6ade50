-- What failed or came back, the latest first. What was suppressed is not among it.
create or replace function public.get_notification_failed_deliveries(
  p_interval text default '24 hours',
  p_limit integer default 50
)
returns table (
  delivery_id uuid,
  event_id uuid,
  event_type text,
  channel text,
  recipient_user_id uuid,
  recipient_email text,
  last_error text,
  attempts integer,
  max_attempts integer,
  created_at timestamptz,
  failed_at timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception 'p_limit is not between 1 and 1000: %', coalesce(p_limit::text, 'null')
      using errcode = '22023', hint = 'Fifty is usual.';
  end if;

  return query
  with failed as materialized (
    select
      delivery.id as delivery_id, delivery.event_id, coalesce(event.event_type, delivery.payload ->> 'event_type') as event_type,
      delivery.channel, delivery.recipient_user_id, delivery.last_error, delivery.attempts, delivery.max_attempts,
      delivery.created_at, ended.at as failed_at
    from public.notification_deliveries as delivery
    left join public.notification_events as event on event.id = delivery.event_id
    cross join lateral (select coalesce(delivery.failed_at, delivery.bounced_at) as at) as ended
    where delivery.status in ('failed', 'bounced')
      and delivery.suppressed_reason is null
      -- Whenever it was written: it is the failure that is of the last hours.
      and ended.at >= now() - herald.require_interval('p_interval', p_interval)
    order by ended.at desc, delivery.id
    limit p_limit
  )
  select
    failed.delivery_id, failed.event_id, failed.event_type, failed.channel, failed.recipient_user_id, contact.email,
    failed.last_error, failed.attempts, failed.max_attempts, failed.created_at, failed.failed_at
  from failed
  left join (
    -- Several addresses are one user.
    select distinct on (person.user_id) person.user_id, person.email
    from herald.user_contacts(array(select distinct failed.recipient_user_id from failed)) as person
    order by person.user_id, person.email
  ) as contact
    on contact.user_id = failed.recipient_user_id
  order by failed.failed_at desc, failed.delivery_id;
end;
$$;

comment on function public.get_notification_failed_deliveries(text, integer) is
$$Up to p_limit notifications that failed or bounced within the last p_interval, the latest failure first.

p_limit: 1 to 1,000.
recipient_email: by herald.user_contacts(), null if there is none.

Errors: 22023 a length of time, or a limit, that makes no sense.

Example: {"p_interval": "7 days", "p_limit": 20}$$;

revoke execute on function public.get_notification_failed_deliveries(text, integer) from public;
grant execute on function public.get_notification_failed_deliveries(text, integer) to herald_runner;
