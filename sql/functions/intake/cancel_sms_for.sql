-- The project or task is over: so are the texts about it that have not left, and their series.
create or replace function public.cancel_sms_for(
  p_project_id uuid default null,
  p_task_id uuid default null,
  p_reason text default 'cancelled by request'
)
returns table (cancelled_count integer, message_ids uuid[])
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  if num_nonnulls(p_project_id, p_task_id) <> 1 then
    raise exception 'p_project_id and p_task_id are both %', case when p_task_id is null then 'null' else 'given' end
      using errcode = '22023', hint = 'Give the project or the task, one of the two.';
  end if;

  return query
  select count(*)::integer, coalesce(array_agg(cancelled.id), '{}')
  from herald.cancel_texts(
    array(
      select message.id
      from public.sms_messages as message
      where message.project_id = p_project_id and message.status in ('pending', 'scheduled', 'queued')
      union all
      select message.id
      from public.sms_messages as message
      where message.task_id = p_task_id and message.status in ('pending', 'scheduled', 'queued')
    ),
    p_reason,
    now()
  ) as cancelled (id);
end;
$$;

comment on function public.cancel_sms_for(uuid, uuid, text) is
$$Cancels the texts of a project or of a task that have not left, and their series; tells how many and which.

Give one of the two.

Errors: 22023 neither or both.

Example: {"p_project_id": "80000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.cancel_sms_for(uuid, uuid, text) from public;
grant execute on function public.cancel_sms_for(uuid, uuid, text) to herald_runner;
