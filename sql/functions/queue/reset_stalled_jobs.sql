-- The field's name for ending leases. A job whose lease still runs is not stalled, however long it takes.
create or replace function public.reset_stalled_jobs(
  p_stall_timeout text default '5 minutes',
  p_include_job_types text[] default null,
  p_exclude_job_types text[] default null
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_timeout constant interval := herald.require_interval('p_stall_timeout', p_stall_timeout);
  v_types public.queue_type[];
begin
  select array_agg(known)
  into v_types
  from unnest(enum_range(null::public.queue_type)) as known
  where (p_include_job_types is null or known = any (herald.parse_job_types(p_include_job_types)))
    and (p_exclude_job_types is null or known <> all (herald.parse_job_types(p_exclude_job_types)));

  return herald.expire_leases(now(), coalesce(v_types, '{}'), now() - v_timeout);
end;
$$;

comment on function public.reset_stalled_jobs(text, text[], text[]) is
$$Ends the leases that have run out on jobs silent for p_stall_timeout, and returns how many.

tick() does this all the time; nobody needs to call it. A job goes back to the queue with the usual delay, or fails when
its attempts are used up; a text is held, since it may have been sent.

p_include_job_types: null means all.
p_exclude_job_types: null means none.

Errors: 22023 timeout or type.

Example: {"p_stall_timeout": "10 minutes"}$$;

revoke execute on function public.reset_stalled_jobs(text, text[], text[]) from public;
grant execute on function public.reset_stalled_jobs(text, text[], text[]) to herald_runner;
