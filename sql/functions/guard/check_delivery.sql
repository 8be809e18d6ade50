-- Speaks before the table's constraints can, and with their codes: their errors would show the row, with the number or
-- address in it.
create or replace function herald.check_delivery()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a delivery of channel %, status %, attempts % of % cannot be',
    coalesce(quote_literal(left(new.channel, 20)), 'null'), coalesce(quote_literal(left(new.status, 20)), 'null'),
    coalesce(new.attempts::text, 'null'), coalesce(new.max_attempts::text, 'null')
    using errcode = case
        when num_nulls(new.id, new.recipient_user_id, new.channel, new.status, new.payload, new.correlation_id) > 0
          then '23502'
        else '23514'
      end,
      hint = 'channel is push, email, sms or in_app; recipient_user_id, payload and the ids are not null; '
        || 'attempts are counted from 0, and at least 1 is allowed.';
end;
$$;

comment on function herald.check_delivery() is
'Trigger: refuses a delivery that a constraint would refuse (23514, 23502).';

revoke execute on function herald.check_delivery() from public;

create or replace trigger t15_check_delivery
before insert or update on public.notification_deliveries
for each row when (
  num_nulls(new.id, new.recipient_user_id, new.channel, new.status, new.payload, new.correlation_id) > 0
  or new.channel not in ('push', 'email', 'sms', 'in_app')
  or new.status not in ('pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked')
  or new.attempts < 0
  or new.max_attempts < 1
)
execute function herald.check_delivery();
