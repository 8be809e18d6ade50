-- The texts of an open erasure: what waits is cancelled, what is being sent stays on the list. Jobs are taken before
-- texts, also where both have ended, since a late report goes that way.
create or replace function herald.erase_listed_texts(p_user_id uuid, p_limit integer, p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason constant text := 'erased: the user''s data are erased';
  v_ids uuid[];
  v_jobs uuid[];
  v_erased integer;
begin
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
  -- Only the numbers that something went to, and no code: any other may have been somebody else's.
  update herald.erasures
  set
    continued_at = p_now,
    number_hashes = array(
      select unnest(number_hashes)
      union
      select herald.number_hash(phone_number)
      from public.sms_messages
      where id = any (v_ids)
        and twilio_sid is not null
        and number_erased_at is null
        and category is distinct from 'verification'
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
  return v_erased;
end;
$$;

comment on function herald.erase_listed_texts(uuid, integer, timestamptz) is
'Erases up to p_limit texts on the list of an erasure, with all that belongs to them; returns how many.';

revoke execute on function herald.erase_listed_texts(uuid, integer, timestamptz) from public;
grant execute on function herald.erase_listed_texts(uuid, integer, timestamptz) to herald_runner;
