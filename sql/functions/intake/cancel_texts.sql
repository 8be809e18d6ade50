-- The one way texts are cancelled by somebody: with their jobs, if they have any, and a series with what is planned of
-- it. Jobs are locked before their texts, here as everywhere, so that this and a claim cannot wait for each other; and
-- series before either, so that none of them recurs meanwhile.
create or replace function herald.cancel_texts(p_message_ids uuid[], p_reason text, p_now timestamptz)
returns setof uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_jobs uuid[];
begin
  perform
  from public.sms_messages
  where id = any (p_message_ids) and recurrence_pattern is not null and status = 'scheduled'
  order by id
  for no key update;

  p_message_ids := p_message_ids || array(
    select planned.id
    from public.sms_messages as planned
    where planned.parent_message_id = any (p_message_ids)
      and planned.occurrence is not null
      and planned.status in ('pending', 'scheduled', 'queued')
  );

  v_jobs := array(
    select id
    from herald.cancel_jobs(
      array(select queue_job_id from public.sms_messages where id = any (p_message_ids) and queue_job_id is not null),
      p_reason, p_now
    )
  );

  -- A statement of its own: the one that called would not see what was done in it.
  return query
  select id
  from public.sms_messages
  where queue_job_id = any (v_jobs) and status = 'cancelled';

  return query
  update public.sms_messages
  set status = 'cancelled', cancelled_at = p_now, cancel_reason = coalesce(p_reason, 'cancelled')
  where id = any (p_message_ids) and status in ('pending', 'scheduled')
  returning id;
end;
$$;

comment on function herald.cancel_texts(uuid[], text, timestamptz) is
'Cancels those of the texts that have not left, with their jobs; returns their ids.';

revoke execute on function herald.cancel_texts(uuid[], text, timestamptz) from public;
grant execute on function herald.cancel_texts(uuid[], text, timestamptz) to herald_runner;
