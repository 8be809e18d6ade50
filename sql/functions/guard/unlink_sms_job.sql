-- A text that is to wait and one that has a job are two things: whoever puts a queued text back to scheduled by a plain
-- update takes its job away, and whoever takes the job away puts the text back. The next tick plans it anew. Only one
-- that has a SID has been with the provider, and is in doubt.
create or replace function herald.unlink_sms_job()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.status = 'queued' and new.twilio_sid is not null then
    new.status := 'sending';
    return new;
  end if;

  new.queue_job_id := null;
  new.next_retry_at := null;
  new.status := 'scheduled';
  new.scheduled_for := coalesce(new.scheduled_for, now());
  return new;
end;
$$;

comment on function herald.unlink_sms_job() is
'Trigger: a queued text goes back to scheduled without its job, whichever of the two the update takes away.';

revoke execute on function herald.unlink_sms_job() from public;

-- Before t10_enforce_transition, which then sees the change of status too.
create or replace trigger t05_unlink_sms_job
before update on public.sms_messages
for each row when (
  old.status = 'queued'
  and old.queue_job_id is not null
  and (
    (new.status = 'scheduled' and new.queue_job_id = old.queue_job_id)
    or (new.status = 'queued' and new.queue_job_id is null)
  )
)
execute function herald.unlink_sms_job();
