-- Clients name job types as text; an unknown one is told apart from one that has no jobs.
create or replace function herald.parse_job_types(p_job_types text[])
returns public.queue_type[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known constant text[] := enum_range(null::public.queue_type)::text[];
  v_unknown text;
begin
  select job_type
  into v_unknown
  from unnest(p_job_types) as given (job_type)
  where job_type is null or job_type <> all (v_known)
  limit 1;

  if found or p_job_types is null then
    raise exception 'unknown job type: %', coalesce(quote_literal(left(v_unknown, 60)), 'null')
      using errcode = case when v_unknown is null then '22004' else '22023' end,
        hint = 'Known here: ' || array_to_string(v_known, ', ') || '.';
  end if;
  return p_job_types::public.queue_type[];
end;
$$;

comment on function herald.parse_job_types(text[]) is
'The same types as enum values. Errors: 22023 unknown, 22004 null.';

revoke execute on function herald.parse_job_types(text[]) from public;
grant execute on function herald.parse_job_types(text[]) to herald_runner;
