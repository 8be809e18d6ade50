-- What ends a send_sms job ends its text, whoever ends it: what waits is cancelled or fails with it, and what is being
-- sent is held, since only the provider knows. The functions that end both have done so by now, and this finds nothing.
create or replace function herald.keep_sms_in_step()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text record;
begin
  select id, status
  into v_text
  from public.sms_messages
  where queue_job_id = new.id and status in ('queued', 'sending');
  if not found then
    return null;
  end if;

  if v_text.status = 'sending' then
    perform herald.hold_sms(v_text.id);
  elsif new.status = 'completed' then
    -- Done, says somebody, and nobody has said what was done.
    update public.sms_messages set status = 'sending' where id = v_text.id;
    perform herald.hold_sms(v_text.id);
  elsif new.status = 'failed' then
    update public.sms_messages
    set
      status = 'failed',
      failed_at = new.completed_at,
      next_retry_at = null,
      twilio_error_message = coalesce(new.error_message, 'its job failed')
    where id = v_text.id;
  else
    update public.sms_messages
    set
      status = 'cancelled',
      cancelled_at = new.completed_at,
      next_retry_at = null,
      cancel_reason = coalesce(new.error_message, 'its job was cancelled')
    where id = v_text.id;
  end if;
  return null;
end;
$$;

comment on function herald.keep_sms_in_step() is 'Trigger: carries the end of a send_sms job on to its text.';

revoke execute on function herald.keep_sms_in_step() from public;

create or replace trigger t50_keep_sms_in_step
after update on public.queue_jobs
for each row when (
  new.job_type = 'send_sms'
  and new.status in ('completed', 'failed', 'cancelled')
  and old.status is distinct from new.status
)
execute function herald.keep_sms_in_step();
