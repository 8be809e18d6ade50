-- What becomes of a send_notification job becomes of its delivery, whoever works on the job and in whatever language.
-- The job owns attempts and retries: a delivery between two attempts is pending, and failed means for good.
create or replace function herald.keep_notification_in_step()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.notification_deliveries as delivery
  set
    status = coalesce(
      (
        select legal.to_status
        from herald.transitions as legal
        where legal.machine = 'delivery'
          and legal.from_status = delivery.status
          and legal.to_status = case
            when new.status = 'completed' then 'sent'
            when new.status = 'pending' then 'pending'
            -- What has been sent does not fail because its job does.
            when new.status in ('failed', 'cancelled') and delivery.status = 'pending' then 'failed'
          end
      ),
      delivery.status
    ),
    sent_at = case
      when new.status = 'completed' then coalesce(delivery.sent_at, new.completed_at) else delivery.sent_at
    end,
    failed_at = case
      when new.status in ('failed', 'cancelled') and delivery.status = 'pending' then new.completed_at
      else delivery.failed_at
    end,
    suppressed_reason = case
      when new.status = 'cancelled' and delivery.status = 'pending' then coalesce(new.error_message, 'cancelled')
      when new.status <> 'pending' then delivery.suppressed_reason
    end,
    attempts = new.attempts,
    last_error = coalesce(new.error_message, delivery.last_error)
  where delivery.queue_job_id = new.id;
  return null;
end;
$$;

comment on function herald.keep_notification_in_step() is 'Trigger: carries a job''s status on to its delivery.';

revoke execute on function herald.keep_notification_in_step() from public;

create or replace trigger t50_keep_notification_in_step
after update on public.queue_jobs
for each row when (
  new.job_type = 'send_notification'
  and (old.status, old.attempts) is distinct from (new.status, new.attempts)
)
execute function herald.keep_notification_in_step();
