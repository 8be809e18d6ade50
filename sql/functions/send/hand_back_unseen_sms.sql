-- Gives back what was claimed for a runner that never got to see it: the connection broke between the claim's commit
-- and its rows. Nobody made a request for these, and only the runner can know which they are, so it names those it has.
create or replace function public.hand_back_unseen_sms(
  p_runner text,
  p_seen_attempt_ids uuid[],
  p_now timestamptz default now()
)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  p_now := coalesce(p_now, now());
  if p_runner is null or p_seen_attempt_ids is null then
    raise exception 'p_runner or p_seen_attempt_ids is null'
      using errcode = '22004', hint = 'Give the name that the claims were made under, and the attempts in hand, if only {}.';
  end if;

  return query
  select settled.job_id
  from herald.settle_sms(
    (
      select jsonb_agg(jsonb_build_object(
        'job_id', job.id, 'processing_token', job.processing_token, 'attempt_id', attempt.id, 'outcome', 'handed_back'
      ))
      from herald.sms_attempts as attempt
      inner join public.queue_jobs as job on job.id = attempt.job_id
      where attempt.runner = p_runner
        and attempt.outcome is null
        and attempt.id <> all (p_seen_attempt_ids)
        and job.status = 'processing'
        and job.lease_expires_at is not null
    ),
    p_now
  ) as settled;
end;
$$;

comment on function public.hand_back_unseen_sms(text, uuid[], timestamptz) is
$$Hands back the texts claimed under p_runner whose attempts are not among p_seen_attempt_ids; returns their jobs.

To be called by that runner alone, between two claims, after one that failed.

p_runner: this process's name and no other's, ever: what another one claimed under it may have been sent.

Errors: 22004 an argument is null.

Example: {"p_runner": "runner-1", "p_seen_attempt_ids": []}$$;

revoke execute on function public.hand_back_unseen_sms(text, uuid[], timestamptz) from public;
grant execute on function public.hand_back_unseen_sms(text, uuid[], timestamptz) to herald_runner;
