-- Has the database tick by itself where pg_cron is at work, beside whatever runner there is: texts still come due,
-- series recur, and leases end, while no runner is.
--
-- The words of pg_cron are not known before it is installed, so they are not read before they are needed.
create or replace function herald.schedule_ticks(p_schedule text default '* * * * *')
returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cron constant regnamespace := to_regnamespace('cron');
  v_job_id bigint;
begin
  if v_cron is null then
    if p_schedule is null then
      return null;
    end if;
    raise exception 'pg_cron is not installed in this database'
      using
        errcode = '55000',
        hint = 'Run: create extension pg_cron; or do without it: every runner ticks by itself.';
  end if;
  if p_schedule !~ '[^[:space:]]' then
    raise exception 'p_schedule is blank'
      using errcode = '22023', hint = 'Give a schedule of pg_cron, such as ''* * * * *'', or null to end it.';
  end if;

  if p_schedule is not null then
    execute format('select %s.schedule($1, $2, $3)', v_cron)
    into v_job_id
    using 'pgherald tick', p_schedule, 'select public.tick()';
  else
    execute format('select %1$s.unschedule(jobid) from %1$s.job where jobname = $1 and username = current_user', v_cron)
    using 'pgherald tick';
  end if;
  return v_job_id;
end;
$$;

comment on function herald.schedule_ticks(text) is
$$Has pg_cron call tick(); calling it again changes the schedule. Returns the id of pg_cron's job.

p_schedule: in the words of pg_cron; null ends it. Errors: 55000 pg_cron is not installed; 22023 a blank schedule.$$;

-- For whoever installs: pg_cron's schema is open to nobody else.
revoke execute on function herald.schedule_ticks(text) from public;
