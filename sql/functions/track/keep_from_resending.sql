-- A report has proved that a text went which was taken for not sent. If nobody has claimed it again, it is being sent
-- once more, as it was before that was decided, and the report can be applied. The caller holds the text.
create or replace function herald.keep_from_resending(p_message_id uuid, p_attempt_id uuid)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text public.sms_messages;
begin
  select * into v_text from public.sms_messages where id = p_message_id;
  if v_text.status not in ('queued', 'scheduled') then
    return true;
  end if;
  -- Claimed meanwhile: the attempt is not the latest any more.
  if herald.current_attempt(p_message_id) is distinct from p_attempt_id
    or exists (select from public.queue_jobs where id = v_text.queue_job_id and status = 'processing')
  then
    return false;
  end if;

  if v_text.status = 'scheduled' then
    update public.sms_messages set status = 'queued' where id = p_message_id;
  end if;
  update public.queue_jobs
  set status = 'processing', processing_token = gen_random_uuid(), lease_expires_at = null
  where id = (select queue_job_id from public.sms_messages where id = p_message_id)
    and status in ('pending', 'retrying');
  if not found then
    return false;
  end if;
  update public.sms_messages
  set
    status = 'sending', next_retry_at = null,
    counted_at = (select started_at from herald.sms_attempts where id = p_attempt_id)
  where id = p_message_id;
  update herald.sms_attempts set outcome = 'unknown' where id = p_attempt_id;
  return true;
end;
$$;

comment on function herald.keep_from_resending(uuid, uuid) is
'Takes a text back from the queue that its attempt has proved to be sent; false if it has been claimed again.';

revoke execute on function herald.keep_from_resending(uuid, uuid) from public;
grant execute on function herald.keep_from_resending(uuid, uuid) to herald_runner;
