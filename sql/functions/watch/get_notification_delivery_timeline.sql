-- What happened when: a row for each hour, day, week or month of the interval, also where nothing happened.
create or replace function public.get_notification_delivery_timeline(
  p_interval text default '7 days',
  p_granularity text default 'day'
)
returns table (time_bucket timestamptz, sent bigint, delivered bigint, opened bigint, clicked bigint, failed bigint)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from timestamptz;
begin
  if p_granularity is null or p_granularity not in ('hour', 'day', 'week', 'month') then
    raise exception 'p_granularity is not known: %', coalesce(quote_literal(left(p_granularity, 40)), 'null')
      using errcode = '22023', hint = 'Known here: hour, day, week, month.';
  end if;
  v_from := date_trunc(p_granularity, now() - herald.require_interval('p_interval', p_interval), 'UTC');
  if (now() - v_from) / 100000 > ('1 ' || p_granularity)::interval then
    raise exception 'p_interval has too many parts of an %: %', p_granularity, quote_literal(left(p_interval, 40))
      using errcode = '22023', hint = 'Ask for a shorter time, or for longer parts of it.';
  end if;

  return query
  with happened as materialized (
    select what.kind, date_trunc(p_granularity, what.at, 'UTC') as bucket, count(*) as times
    from herald.notification_facts(v_from, now() + interval '1 microsecond') as fact
    cross join lateral (
      values
      ('sent', fact.went_at), ('delivered', fact.arrived_at), ('opened', fact.opened_at), ('clicked', fact.clicked_at),
      ('failed', fact.failed_at)
    ) as what (kind, at)
    where what.at is not null
    group by 1, 2
  )
  select
    bucket.at,
    coalesce(sum(happened.times) filter (where happened.kind = 'sent'), 0)::bigint,
    coalesce(sum(happened.times) filter (where happened.kind = 'delivered'), 0)::bigint,
    coalesce(sum(happened.times) filter (where happened.kind = 'opened'), 0)::bigint,
    coalesce(sum(happened.times) filter (where happened.kind = 'clicked'), 0)::bigint,
    coalesce(sum(happened.times) filter (where happened.kind = 'failed'), 0)::bigint
  from (
    -- On the clock of UTC, which has no days of 23 hours.
    select step at time zone 'UTC' as at
    from generate_series(
      v_from at time zone 'UTC', now() at time zone 'UTC', ('1 ' || p_granularity)::interval
    ) as step
  ) as bucket
  left join happened on happened.bucket = bucket.at
  group by bucket.at
  order by bucket.at;
end;
$$;

comment on function public.get_notification_delivery_timeline(text, text) is
$$A row for each hour, day, week or month (UTC) of the last p_interval, the oldest first.

Each figure counts by its own instant what happened to notifications that were written in that time.

p_granularity: hour, day, week or month.

Errors: 22023 a length of time or a granularity that makes no sense.

Example: {"p_interval": "24 hours", "p_granularity": "hour"}$$;

revoke execute on function public.get_notification_delivery_timeline(text, text) from public;
grant execute on function public.get_notification_delivery_timeline(text, text) to herald_runner;
