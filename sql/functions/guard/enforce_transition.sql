-- A status changes only along the lines of its machine, whoever runs the update, and no change goes without its
-- timestamp. A stamp that is there stays; only a redrive, which begins anew, takes the one of the end away.
create or replace function herald.enforce_transition()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_machine constant text := tg_argv[0];
  v_from constant text := case when tg_op = 'INSERT' then '(start)' else old.status::text end;
  v_allowed text;
begin
  if not exists (
    select
    from herald.transitions
    where machine = v_machine and from_status = v_from and to_status = new.status::text
  ) then
    select string_agg(to_status, ', ' order by to_status)
    into v_allowed
    from herald.transitions
    where machine = v_machine and from_status = v_from;

    raise exception '% % cannot %', v_machine, new.id, case
        when tg_op = 'INSERT' then format('start as %s', new.status)
        else format('go from %s to %s', v_from, new.status)
      end
      using errcode = 'SMS01', hint = coalesce('Allowed here: ' || v_allowed || '.', 'This status is final.');
  end if;

  case v_machine
    when 'job' then
      if new.status = 'processing' then
        new.started_at := coalesce(new.started_at, now());
      else
        new.processing_token := null;
        new.lease_expires_at := null;
        if v_from = 'processing' then
          new.processed_at := case
            when new.processed_at is distinct from old.processed_at then new.processed_at else now()
          end;
        end if;
        new.completed_at := case
          when new.status in ('completed', 'failed', 'cancelled') then coalesce(new.completed_at, now())
        end;
      end if;
    when 'message' then
      case new.status
        when 'sent' then new.sent_at := coalesce(new.sent_at, now());
        when 'delivered' then
          new.delivered_at := coalesce(new.delivered_at, now());
          new.sent_at := coalesce(new.sent_at, new.delivered_at);
        when 'undelivered' then
          new.failed_at := coalesce(new.failed_at, now());
          new.sent_at := coalesce(new.sent_at, new.failed_at);
        when 'failed' then new.failed_at := coalesce(new.failed_at, now());
        when 'cancelled' then new.cancelled_at := coalesce(new.cancelled_at, now());
        else null;
      end case;
      if v_from in ('failed', 'undelivered') then
        new.failed_at := null;
        -- A redrive begins anew: what the provider said of the first life is not about this one.
        if new.status = 'queued' then
          new.sent_at := null;
          new.attempt_count := 0;
          new.twilio_sid := null;
          new.twilio_status := null;
          new.twilio_error_code := null;
          new.twilio_error_message := null;
        end if;
      end if;
    else
      case new.status
        when 'sent' then new.sent_at := coalesce(new.sent_at, now());
        when 'delivered' then new.delivered_at := coalesce(new.delivered_at, now());
        when 'opened' then new.opened_at := coalesce(new.opened_at, now());
        when 'clicked' then new.clicked_at := coalesce(new.clicked_at, now());
        when 'bounced' then new.bounced_at := coalesce(new.bounced_at, now());
        when 'failed' then new.failed_at := coalesce(new.failed_at, now());
        else null;
      end case;
      if v_from = 'failed' then
        new.failed_at := null;
      end if;
  end case;
  return new;
end;
$$;

comment on function herald.enforce_transition() is
$$Trigger: refuses a status change that herald.transitions does not list (SMS01) and stamps the one that it does.$$;

revoke execute on function herald.enforce_transition() from public;

create or replace trigger t10_enforce_start
before insert on public.queue_jobs
for each row when (new.status <> 'pending')
execute function herald.enforce_transition('job');

create or replace trigger t10_enforce_transition
before update on public.queue_jobs
for each row when (old.status is distinct from new.status)
execute function herald.enforce_transition('job');

create or replace trigger t10_enforce_start
before insert on public.sms_messages
for each row when (new.status not in ('pending', 'scheduled'))
execute function herald.enforce_transition('message');

create or replace trigger t10_enforce_transition
before update on public.sms_messages
for each row when (old.status is distinct from new.status)
execute function herald.enforce_transition('message');

create or replace trigger t10_enforce_start
before insert on public.notification_deliveries
for each row when (new.status <> 'pending')
execute function herald.enforce_transition('delivery');

create or replace trigger t10_enforce_transition
before update on public.notification_deliveries
for each row when (old.status is distinct from new.status)
execute function herald.enforce_transition('delivery');
