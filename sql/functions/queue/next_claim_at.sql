-- Until when an idle runner may sleep, and whether a claim is worth its price. What is added meanwhile comes by
-- notification or at the next look. What is due is found as a claim finds it. Of what is not due yet a hundred are
-- looked at: an earlier one may stand behind those that are more urgent, and is found at a later look.
create or replace function herald.next_claim_at(p_job_types text[], p_sender text, p_now timestamptz default now())
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select greatest(min(candidate.scheduled_for), max(sender.paused_until), max(sender.next_slot_at))
  from unnest(p_job_types) as wanted (job_type)
  cross join lateral (
    (
      select job.scheduled_for
      from public.queue_jobs as job
      where job.status in ('pending', 'retrying')
        and job.job_type = wanted.job_type::public.queue_type
        and job.due_rank <= p_now + interval '20 minutes'
        and job.scheduled_for <= p_now
      -- By the type, too: where row security holds, the planner does not know that it is one, and would sort all.
      order by job.job_type, job.due_rank
      limit 1
    )
    union all
    (
      select job.scheduled_for
      from public.queue_jobs as job
      where job.status in ('pending', 'retrying') and job.job_type = wanted.job_type::public.queue_type
      order by job.job_type, job.due_rank
      limit 100
    )
  ) as candidate
  left join herald.senders as sender on sender.sender = p_sender
  cross join herald.settings as setting
  where not setting.kill_switch;
$$;

comment on function herald.next_claim_at(text[], text, timestamptz) is
'The earliest instant at which a claim may find something; null if nothing is in sight.';

revoke execute on function herald.next_claim_at(text[], text, timestamptz) from public;
grant execute on function herald.next_claim_at(text[], text, timestamptz) to herald_runner;
