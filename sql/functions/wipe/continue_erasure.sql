-- Erases up to p_limit rows of what an open erasure has on its list, and ends it when there is nothing left. What waits
-- is cancelled; what is being sent ends by the rules, and stays on the list until it has.
--
-- Jobs before texts before deliveries, as everywhere; texts that have ended, too, since a late report goes that way.
-- The caller holds the row of the erasure.
create or replace function herald.continue_erasure(p_user_id uuid, p_limit integer, p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_reason constant text := 'erased: the user''s data are erased';
  v_requested_at constant timestamptz := (select requested_at from herald.erasures where user_id = p_user_id);
  v_ids uuid[];
  v_jobs uuid[];
  v_erased integer := 0;
begin
  if not exists (select from herald.erasure_rows where user_id = p_user_id) then
    perform herald.list_erasure(p_user_id, v_requested_at);
  end if;

  v_ids := array(
    select listed.row_id
    from herald.erasure_rows as listed
    where listed.user_id = p_user_id
      and listed.kind = 'text'
      and not exists (select from public.sms_messages where id = listed.row_id and status = 'sending')
    limit p_limit
  );
  v_jobs := array(select queue_job_id from public.sms_messages where id = any (v_ids) and queue_job_id is not null);
  perform from public.queue_jobs where id = any (v_jobs) order by id for no key update;
  perform
  from herald.cancel_texts(
    array(
      select id from public.sms_messages where id = any (v_ids) and status in ('pending', 'scheduled', 'queued')
    ),
    v_reason, p_now
  );
  -- Only the numbers that something went to: any other may have been somebody else's.
  update herald.erasures
  set
    continued_at = p_now,
    number_hashes = array(
      select unnest(number_hashes)
      union
      select herald.number_hash(phone_number)
      from public.sms_messages
      where id = any (v_ids) and twilio_sid is not null and number_erased_at is null
    )
  where user_id = p_user_id;
  perform herald.erase_texts(v_ids, true, true, p_now);
  update herald.sms_status_log
  set parameters = '{}'
  where message_id = any (v_ids) and parameters <> '{}';
  perform herald.erase_links(
    array(select id from public.notification_tracking_links where message_id = any (v_ids)), p_now
  );
  perform herald.erase_jobs(v_jobs);
  delete from herald.erasure_rows
  where user_id = p_user_id
    and kind = 'text'
    and row_id = any (v_ids)
    and row_id not in (
      select id
      from public.sms_messages
      where id = any (v_ids) and status in ('pending', 'scheduled', 'queued', 'sending')
    );
  get diagnostics v_erased = row_count;

  -- A text's delivery ends with its text; that of a job that runs, with the job.
  v_ids := array(
    select listed.row_id
    from herald.erasure_rows as listed
    left join public.notification_deliveries as delivery on delivery.id = listed.row_id
    left join public.queue_jobs as job on job.id = delivery.queue_job_id
    where listed.user_id = p_user_id
      and listed.kind = 'delivery'
      and (
        delivery.status is distinct from 'pending'
        or (
          job.status is distinct from 'processing'
          and not exists (
            select
            from public.sms_messages as message
            where message.notification_delivery_id = listed.row_id
              and message.status in ('pending', 'scheduled', 'queued', 'sending')
          )
        )
      )
    limit p_limit - v_erased
  );
  v_jobs := array(
    select queue_job_id from public.notification_deliveries where id = any (v_ids) and queue_job_id is not null
  );
  perform from public.queue_jobs where id = any (v_jobs) order by id for no key update;
  perform
  from herald.cancel_jobs(
    array(select id from public.queue_jobs where id = any (v_jobs) and status in ('pending', 'retrying')), v_reason,
    p_now
  );
  update public.notification_deliveries as delivery
  set status = 'failed', failed_at = p_now, suppressed_reason = v_reason
  where delivery.id = any (v_ids)
    and delivery.status = 'pending'
    and not exists (
      select from public.queue_jobs as job where job.id = delivery.queue_job_id and job.status = 'processing'
    );
  perform herald.erase_deliveries(v_ids, p_now);
  perform herald.erase_links(
    array(
      select link.id
      from public.notification_tracking_links as link
      inner join public.notification_deliveries as delivery on delivery.id = link.delivery_id
      where delivery.id = any (v_ids) and delivery.status <> 'pending'
    ),
    p_now
  );
  perform herald.erase_jobs(v_jobs);
  with gone as (
    delete from herald.erasure_rows
    where user_id = p_user_id
      and kind = 'delivery'
      and row_id = any (v_ids)
      and row_id not in (
        select id from public.notification_deliveries where id = any (v_ids) and status = 'pending'
      )
    returning row_id
  )
  select v_erased + count(*)::integer
  into v_erased
  from gone;

  v_ids := herald.erase_events(
    array(
      select row_id from herald.erasure_rows where user_id = p_user_id and kind = 'event' limit p_limit - v_erased
    ),
    p_now
  );
  delete from herald.erasure_rows where user_id = p_user_id and kind = 'event' and row_id = any (v_ids);
  v_erased := v_erased + cardinality(v_ids);

  v_ids := array(
    select row_id from herald.erasure_rows where user_id = p_user_id and kind = 'suppression' limit p_limit - v_erased
  );
  update public.notification_suppressions
  set reason = herald.erased_reason(reason)
  where event_id = any (v_ids) and recipient_user_id = p_user_id;
  delete from herald.erasure_rows
  where user_id = p_user_id and kind = 'suppression' and row_id = any (v_ids);
  v_erased := v_erased + cardinality(v_ids);

  -- What somebody holds is taken up the next time.
  v_jobs := array(
    select job.id
    from herald.erasure_rows as listed
    inner join public.queue_jobs as job on job.id = listed.row_id
    where listed.user_id = p_user_id and listed.kind = 'job' and job.status <> 'processing'
    limit p_limit - v_erased
    for no key update of job skip locked
  );
  perform
  from herald.cancel_jobs(
    array(select id from public.queue_jobs where id = any (v_jobs) and status in ('pending', 'retrying')), v_reason,
    p_now
  );
  perform herald.erase_jobs(v_jobs);
  with gone as (
    delete from herald.erasure_rows as listed
    where listed.user_id = p_user_id
      and listed.kind = 'job'
      and (
        listed.row_id = any (v_jobs)
        or not exists (select from public.queue_jobs where id = listed.row_id)
      )
    returning listed.row_id
  )
  select v_erased + count(*)::integer
  into v_erased
  from gone;

  perform herald.erase_ledgers(number_hashes, p_user_id)
  from herald.erasures
  where user_id = p_user_id;

  -- Looked at once more before it is over: what was being written when the list was made is on it now.
  if not exists (select from herald.erasure_rows where user_id = p_user_id)
    and herald.list_erasure(p_user_id, v_requested_at) = 0
  then
    update herald.erasures set finished_at = p_now, number_hashes = '{}' where user_id = p_user_id;
  end if;
  return v_erased;
end;
$$;

comment on function herald.continue_erasure(uuid, integer, timestamptz) is
'Goes on with an erasure by up to p_limit rows; returns how many it erased.';

revoke execute on function herald.continue_erasure(uuid, integer, timestamptz) from public;
grant execute on function herald.continue_erasure(uuid, integer, timestamptz) to herald_runner;
