-- A delivery's status changes only along the lines of its machine, whoever runs the update, and no change goes
-- without its timestamp. A stamp that is there stays; only a redrive, which begins anew, takes the one of the end
-- away.
create or replace function herald.enforce_delivery_transition()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from constant text := case when tg_op = 'INSERT' then '(start)' else old.status::text end;
begin
  if not exists (
    select
    from herald.transitions
    where machine = 'delivery' and from_status = v_from and to_status = new.status::text
  ) then
    perform herald.refuse_transition('delivery', new.id, v_from, new.status::text);
  end if;

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
  return new;
end;
$$;

comment on function herald.enforce_delivery_transition() is
'Trigger: refuses a status change that herald.transitions does not list (SMS01) and stamps the one that it does.';

revoke execute on function herald.enforce_delivery_transition() from public;

create or replace trigger t10_enforce_start
before insert on public.notification_deliveries
for each row when (new.status <> 'pending')
execute function herald.enforce_delivery_transition();

create or replace trigger t10_enforce_transition
before update on public.notification_deliveries
for each row when (old.status is distinct from new.status)
execute function herald.enforce_delivery_transition();
