-- The answer to whoever speaks about a job that is not (or no longer) its own.
create or replace function herald.refuse_stale_lease(p_job_id uuid)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'job % is not held under this processing token', p_job_id
    using errcode = 'SMS02',
      hint = 'Its lease ran out, or it has ended: drop this result. Whoever holds the job now answers for it.';
end;
$$;

comment on function herald.refuse_stale_lease(uuid) is 'Raises SMS02.';

revoke execute on function herald.refuse_stale_lease(uuid) from public;
grant execute on function herald.refuse_stale_lease(uuid) to herald_runner;
