-- What is planned: single texts, and of each series its next occurrence.
create or replace function public.list_scheduled_sms(
  p_user_id uuid default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_limit integer default 100
)
returns table (
  message_id uuid,
  user_id uuid,
  message_content text,
  category text,
  priority text,
  status text,
  scheduled_for timestamptz,
  local_time timestamp,
  timezone text,
  expires_at timestamptz,
  deferred_from timestamptz,
  defer_reason text,
  recurrence_pattern text,
  series_id uuid,
  project_id uuid,
  task_id uuid
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
begin
  if p_limit is null or p_limit < 1 then
    raise exception 'p_limit is not positive: %', coalesce(p_limit::text, 'null')
      using errcode = '22023', hint = 'Give at least 1.';
  end if;

  return query
  select
    message.id, message.user_id, message.message_content, message.category, message.priority::text,
    message.status::text, message.scheduled_for, message.scheduled_for at time zone zones.zone, zones.zone,
    message.expires_at, message.deferred_from, message.defer_reason, message.recurrence_pattern,
    case when message.occurrence is not null then message.parent_message_id end, message.project_id, message.task_id
  from (
    (
      -- By name, here and below: a client has no right on some of the others.
      select
        id, planned.user_id, message_content, planned.category, planned.priority, planned.status,
        planned.scheduled_for, created_at, planned.expires_at, planned.deferred_from, planned.defer_reason,
        planned.recurrence_pattern, occurrence, parent_message_id, planned.project_id, planned.task_id
      from public.sms_messages as planned
      where planned.status in ('pending', 'scheduled')
        and planned.scheduled_for >= coalesce(p_from, '-infinity')
        and planned.scheduled_for <= coalesce(p_to, 'infinity')
        and (p_user_id is null or planned.user_id = p_user_id)
      order by planned.scheduled_for
      limit p_limit
    )
    union all
    (
      select
        id, queued.user_id, message_content, queued.category, queued.priority, queued.status,
        queued.scheduled_for, created_at, queued.expires_at, queued.deferred_from, queued.defer_reason,
        queued.recurrence_pattern, occurrence, parent_message_id, queued.project_id, queued.task_id
      from public.sms_messages as queued
      where queued.status = 'queued'
        and coalesce(queued.scheduled_for, queued.created_at) >= coalesce(p_from, '-infinity')
        and coalesce(queued.scheduled_for, queued.created_at) <= coalesce(p_to, 'infinity')
        and (p_user_id is null or queued.user_id = p_user_id)
        -- Looked up for each: a join may begin with all that are due.
        and (
          select job.status in ('pending', 'retrying')
          from public.queue_jobs as job
          where job.id = queued.queue_job_id and job.job_type = 'send_sms'
        )
      order by queued.scheduled_for
      limit p_limit
    )
  ) as message
  cross join lateral (select herald.series_zone(message.user_id, null) as zone) as zones
  order by message.scheduled_for nulls first, message.id
  limit p_limit;
end;
$$;

comment on function public.list_scheduled_sms(uuid, timestamptz, timestamptz, integer) is
$$Texts that have not left, of one user or of all, between two instants, the next first.

A row with a recurrence_pattern is a series with the time of its next occurrence: list_sms_occurrences lists more of it.
A signed-in user sees their own.

p_user_id: null means everybody.
p_from, p_to: null means no bound.
local_time: on the user's clock.
deferred_from: its own time, if a gate moved it, for defer_reason.

Errors: 22023 a limit that is not positive.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_limit": 20}$$;

revoke execute on function public.list_scheduled_sms(uuid, timestamptz, timestamptz, integer) from public;
grant execute on function public.list_scheduled_sms(uuid, timestamptz, timestamptz, integer)
to herald_runner, herald_client;
