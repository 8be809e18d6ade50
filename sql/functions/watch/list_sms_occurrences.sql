-- A series as it lies ahead: what its rule says, and what somebody changed or skipped of it.
create or replace function public.list_sms_occurrences(
  p_series_id uuid,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_limit integer default 10
)
returns table (
  occurrence_at timestamptz,
  scheduled_for timestamptz,
  local_time timestamp,
  status text,
  message_content text,
  message_id uuid,
  reason text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_series record;
  v_zone text;
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception 'p_limit is not between 1 and 1000: %', coalesce(p_limit::text, 'null')
      using errcode = '22023', hint = 'Ask for fewer, and for the next ones with p_from.';
  end if;

  -- By name: a client has no right on some of the others.
  select
    user_id, status, message_content, recurrence_pattern, recurrence_start, recurrence_last, recurrence_ends,
    recurrence_timezone, parent_message_id
  into v_series
  from public.sms_messages
  where id = p_series_id;
  if not found then
    perform herald.refuse_unknown('p_series_id', p_series_id::text);
  elsif v_series.recurrence_pattern is null then
    perform herald.refuse_single_text('p_series_id', p_series_id, v_series.parent_message_id);
  end if;
  v_zone := herald.series_zone(v_series.user_id, v_series.recurrence_timezone);

  return query
  select
    coalesce(planned.at, herald.instant_of(made.occurrence, v_zone)),
    coalesce(made.scheduled_for, planned.at),
    coalesce(made.scheduled_for, planned.at) at time zone v_zone,
    coalesce(made.status::text, 'planned'),
    coalesce(made.message_content, v_series.message_content),
    made.id,
    made.cancel_reason
  from (
    select occurrence.wall, occurrence.at
    from herald.occurrences(
      v_series.recurrence_pattern, v_series.recurrence_start, v_zone,
      greatest(v_series.recurrence_last, (p_from at time zone v_zone) - interval '1 day'),
      least(v_series.recurrence_ends, p_to), p_limit + 100
    ) as occurrence
    where v_series.status = 'scheduled'
      and (p_from is null or occurrence.at >= p_from)
  ) as planned
  full join (
    select id, occurrence, text.scheduled_for, text.status, text.message_content, text.cancel_reason
    from public.sms_messages as text
    where text.parent_message_id = p_series_id and text.occurrence is not null
  ) as made on made.occurrence = planned.wall
  where coalesce(planned.at, herald.instant_of(made.occurrence, v_zone)) >= coalesce(p_from, '-infinity')
    and coalesce(planned.at, herald.instant_of(made.occurrence, v_zone)) <= coalesce(p_to, 'infinity')
  order by 1
  limit p_limit;
end;
$$;

comment on function public.list_sms_occurrences(uuid, timestamptz, timestamptz, integer) is
$$The occurrences of a series between two instants, up to p_limit.

A signed-in user sees those of their own.

p_series_id: as queue_sms_message returned it.
p_from: null means from its beginning.
p_to: null means without an end.
p_limit: 1 to 1,000.
occurrence_at: tells an occurrence to change_sms_occurrence and skip_sms_occurrence.
scheduled_for: when it goes.
local_time: on the series' clock.
status: planned, or that of its text if it has one already.

Errors: 23503 unknown text; 22023 not a series, or the limit.

Example: {"p_series_id": "20000000-0000-4000-8000-000000000002", "p_limit": 5}$$;

revoke execute on function public.list_sms_occurrences(uuid, timestamptz, timestamptz, integer) from public;
grant execute on function public.list_sms_occurrences(uuid, timestamptz, timestamptz, integer)
to herald_runner, herald_client;
