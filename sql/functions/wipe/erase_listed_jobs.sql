-- What is left of the jobs of an open erasure: those of the application. What somebody holds is taken up the next time.
create or replace function herald.erase_listed_jobs(p_user_id uuid, p_limit integer, p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason constant text := 'erased: the user''s data are erased';
  v_jobs uuid[];
  v_erased integer;
begin
  v_jobs := array(
    select job.id
    from herald.erasure_rows as listed
    inner join public.queue_jobs as job on job.id = listed.row_id
    where listed.user_id = p_user_id and listed.kind = 'job' and job.status <> 'processing'
    limit p_limit
    for no key update of job skip locked
  );
  perform
  from herald.cancel_jobs(
    array(select id from public.queue_jobs where id = any (v_jobs) and status in ('pending', 'retrying')), v_reason,
    p_now
  );
  perform herald.erase_jobs(v_jobs);
  with gone as (
    delete from herald.erasure_rows as listed
    where listed.user_id = p_user_id
      and listed.kind = 'job'
      and (
        listed.row_id = any (v_jobs)
        or not exists (select from public.queue_jobs where id = listed.row_id)
      )
    returning listed.row_id
  )
  select count(*)::integer
  into v_erased
  from gone;
  return v_erased;
end;
$$;

comment on function herald.erase_listed_jobs(uuid, integer, timestamptz) is
'Erases up to p_limit jobs on the list of an erasure, and cancels those that wait; returns how many.';

revoke execute on function herald.erase_listed_jobs(uuid, integer, timestamptz) from public;
grant execute on function herald.erase_listed_jobs(uuid, integer, timestamptz) to herald_runner;
