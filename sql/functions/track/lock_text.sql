-- Holds a text for a report about it: first its job, then the text, then the delivery it carries, then (by the caller)
-- the log. Results of runners take the same four in the same order, so neither can wait for the other in a circle.
create or replace function herald.lock_text(p_message_id uuid)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform
  from public.queue_jobs
  where id = (select queue_job_id from public.sms_messages where id = p_message_id)
  for no key update;

  perform
  from public.sms_messages
  where id = p_message_id
  for no key update;

  perform
  from public.notification_deliveries
  where id = (select notification_delivery_id from public.sms_messages where id = p_message_id)
  for no key update;
end;
$$;

comment on function herald.lock_text(uuid) is 'Locks a text, its job and its delivery until the transaction ends.';

revoke execute on function herald.lock_text(uuid) from public;
grant execute on function herald.lock_text(uuid) to herald_runner;
