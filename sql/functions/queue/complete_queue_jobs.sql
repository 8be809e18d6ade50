-- Records that jobs are done, a batch in one statement. What somebody else is just changing is not waited for, or one
-- row would cost all the others their leases.
create or replace function public.complete_queue_jobs(
  p_job_ids uuid[],
  p_processing_tokens uuid[],
  p_results jsonb default null
)
returns table (job_id uuid, recorded boolean)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Plans outlive the size that the tables had when they were made.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_results constant integer := case
    when jsonb_typeof(p_results) = 'array' then jsonb_array_length(p_results)
    when p_results is not null then -1
  end;
  -- By token: a job that stands here twice may stand under a lost one, too.
  v_recorded uuid[];
begin
  if cardinality(p_job_ids) is distinct from cardinality(p_processing_tokens)
    or v_results <> cardinality(p_job_ids)
  then
    raise exception 'p_job_ids, p_processing_tokens and p_results do not belong together one by one'
      using errcode = '22023', hint = 'Give as many tokens as jobs, and as many results in an array, or no p_results.';
  end if;

  with held as materialized (
    select job.row, given.processing_token, given.place::integer - 1 as place
    from unnest(p_job_ids, p_processing_tokens) with ordinality as given (id, processing_token, place)
    -- One by one, by the id: a join that was planned beside an empty queue compares each with each.
    cross join lateral (
      select ctid as row
      from public.queue_jobs
      where id = given.id and processing_token = given.processing_token and job_type <> 'send_sms'
      for no key update skip locked
    ) as job
  ),
  done as (
    -- With all that the guard would have to add: a row that comes whole costs no call.
    update public.queue_jobs as job
    set
      status = 'completed', processing_token = null, lease_expires_at = null, processed_at = now(),
      completed_at = now(), updated_at = now(), result = nullif(p_results -> held.place, 'null'), error_message = null
    from held
    where job.ctid = held.row
    returning held.processing_token
  )
  select array_agg(done.processing_token) into v_recorded from done;

  if coalesce(cardinality(v_recorded), 0) < cardinality(p_job_ids) then
    v_recorded := v_recorded || array(
      select herald.complete_sms_jobs(p_job_ids, p_processing_tokens, p_results)
    );
  end if;

  return query
  select
    given.id,
    case
      when given.processing_token in (select unnest(v_recorded)) then true
      -- Still the job's current token: somebody else holds the row.
      when exists (
        select from public.queue_jobs as job
        where job.id = given.id and job.processing_token = given.processing_token
      ) then null
      else false
    end
  from unnest(p_job_ids, p_processing_tokens) with ordinality as given (id, processing_token, place)
  order by given.place;
end;
$$;

comment on function public.complete_queue_jobs(uuid[], uuid[], jsonb) is
$$Records that claimed jobs are done; one row for each, in the given order.

recorded: false, and nothing changed, where the token is null or not the job's current one; null, and nothing changed
  yet, where somebody else's transaction holds the job: tell this one again a little later. A send_sms job whose text is
  still sending is held, not completed, as by complete_queue_job.

p_job_ids, p_processing_tokens: belong together one by one, as the claim gave them.
p_results: an array of what is worth keeping with each job, in the same order; null means nothing for any of them.

Errors: 22023 they are not equally many.

Example: {"p_job_ids": ["30000000-0000-4000-8000-000000000002"],
"p_processing_tokens": ["40000000-0000-4000-8000-000000000002"], "p_results": [{"pages": 3}]}$$;

revoke execute on function public.complete_queue_jobs(uuid[], uuid[], jsonb) from public;
grant execute on function public.complete_queue_jobs(uuid[], uuid[], jsonb) to herald_runner;
