-- Cancels a user's jobs of one kind, all in one statement.
create or replace function public.cancel_jobs_atomic(
  p_user_id uuid,
  p_job_type text,
  p_metadata_filter jsonb default null,
  p_allowed_statuses text[] default array['pending', 'processing']
)
returns table (id uuid, queue_job_id text, job_type text, status text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_type constant public.queue_type := (herald.parse_job_types(array[p_job_type]))[1];
  v_unknown text;
begin
  select status
  into v_unknown
  from unnest(p_allowed_statuses) as given (status)
  where status is null or status <> all (enum_range(null::public.queue_status)::text[])
  limit 1;
  if found then
    raise exception 'unknown job status: %', coalesce(quote_literal(left(v_unknown, 40)), 'null')
      using errcode = '22023',
        hint = 'Known here: ' || array_to_string(enum_range(null::public.queue_status)::text[], ', ') || '.';
  end if;

  return query
  select job.id, job.queue_job_id, job.job_type::text, job.status::text
  from herald.cancel_jobs(
    array(
      select waiting.id
      from public.queue_jobs as waiting
      where waiting.user_id = p_user_id
        and waiting.job_type = v_type
        and waiting.status::text = any (p_allowed_statuses)
        and (p_metadata_filter is null or waiting.metadata @> p_metadata_filter)
    ),
    'cancelled by request',
    now()
  ) as job;
end;
$$;

comment on function public.cancel_jobs_atomic(uuid, text, jsonb, text[]) is
$$Cancels a user's jobs of a type whose metadata contain p_metadata_filter, and returns them.

p_metadata_filter: null means all of them.
p_allowed_statuses: which to cancel; what has ended stays, and so does a text that is being sent. Jobs that wait for
  another attempt are retrying: name that status to cancel them too.

Errors: 22023 unknown type or status.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_job_type": "other",
"p_metadata_filter": {"invoice": 4700}, "p_allowed_statuses": ["pending", "retrying"]}$$;

revoke execute on function public.cancel_jobs_atomic(uuid, text, jsonb, text[]) from public;
grant execute on function public.cancel_jobs_atomic(uuid, text, jsonb, text[]) to herald_runner;
