-- A job's status changes only along the lines of its machine, whoever runs the update, and no change goes without its
-- timestamp. A stamp that is there stays; only a redrive, which begins anew, takes the one of the end away.
create or replace function herald.enforce_job_transition()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from constant text := case when tg_op = 'INSERT' then '(start)' else old.status::text end;
begin
  if not exists (
    select
    from herald.transitions
    where machine = 'job' and from_status = v_from and to_status = new.status::text
  ) then
    perform herald.refuse_transition('job', new.id, v_from, new.status::text);
  end if;

  if new.status = 'processing' then
    new.started_at := coalesce(new.started_at, now());
  else
    new.processing_token := null;
    new.lease_expires_at := null;
    if v_from = 'processing' then
      new.processed_at := case
        when new.processed_at is distinct from old.processed_at then new.processed_at else now()
      end;
    end if;
    new.completed_at := case
      when new.status in ('completed', 'failed', 'cancelled') then coalesce(new.completed_at, now())
    end;
  end if;
  return new;
end;
$$;

comment on function herald.enforce_job_transition() is
'Trigger: refuses a status change that herald.transitions does not list (SMS01) and stamps the one that it does.';

revoke execute on function herald.enforce_job_transition() from public;

create or replace trigger t10_enforce_start
before insert on public.queue_jobs
for each row when (new.status <> 'pending')
execute function herald.enforce_job_transition();

-- Each claim and each completion of a batch comes allowed and with all its stamps, and costs no call.
create or replace trigger t10_enforce_transition
before update on public.queue_jobs
for each row when (
  old.status is distinct from new.status
  and not (
    new.status = 'processing'
    and old.status in ('pending', 'retrying')
    and new.started_at is not null
    and new.completed_at is null
  )
  and not (
    new.status = 'completed'
    and old.status = 'processing'
    and new.processing_token is null
    and new.lease_expires_at is null
    and new.processed_at is not null
    and new.processed_at is distinct from old.processed_at
    and new.completed_at is not null
  )
)
execute function herald.enforce_job_transition();
