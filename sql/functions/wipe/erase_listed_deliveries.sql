-- The deliveries of an open erasure: what waits is cancelled. A text's delivery ends with its text; that of a job that
-- runs, with the job.
create or replace function herald.erase_listed_deliveries(p_user_id uuid, p_limit integer, p_now timestamptz)
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
    limit p_limit
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
  select count(*)::integer
  into v_erased
  from gone;
  return v_erased;
end;
$$;

comment on function herald.erase_listed_deliveries(uuid, integer, timestamptz) is
'Erases up to p_limit deliveries on the list of an erasure, with links and jobs; returns how many.';

revoke execute on function herald.erase_listed_deliveries(uuid, integer, timestamptz) from public;
grant execute on function herald.erase_listed_deliveries(uuid, integer, timestamptz) to herald_runner;
