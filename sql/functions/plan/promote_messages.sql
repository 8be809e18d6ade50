-- Plans texts that are due within the lead. What somebody else is just changing (text, user or the delivery it carries)
-- is planned the next time.
create or replace function herald.promote_messages(p_message_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each array costs more than the answer. That may be while tables are empty.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_texts public.sms_messages[];
begin
  with due as materialized (
    select message.*
    from public.sms_messages as message
    inner join herald.settings as setting on setting.is_only_row
    where message.id = any (p_message_ids)
      and message.status in ('pending', 'scheduled')
      -- A series never goes itself.
      and message.recurrence_pattern is null
      -- As an array it is asked once; as a list, once for each row.
      and message.user_id = any (
        array(
          select herald.free_users(array(select user_id from public.sms_messages where id = any (p_message_ids)))
        )
      )
      and (message.scheduled_for is null or message.scheduled_for <= p_now + setting.promote_lead)
    order by message.id
    for no key update of message skip locked
  ),
  free as materialized (
    select id
    from public.notification_deliveries
    where id = any (array(select due.notification_delivery_id from due))
    order by id
    for no key update skip locked
  )
  select array_agg(due::public.sms_messages)
  into v_texts
  from due
  where due.notification_delivery_id is null or due.notification_delivery_id in (select free.id from free);

  if v_texts is null then
    return 0;
  end if;

  perform herald.plan_texts(v_texts, p_now);
  return cardinality(v_texts);
end;
$$;

comment on function herald.promote_messages(uuid[], timestamptz) is
'Plans those of the texts that are due within settings.promote_lead; returns how many it planned, moved or cancelled.';

revoke execute on function herald.promote_messages(uuid[], timestamptz) from public;
grant execute on function herald.promote_messages(uuid[], timestamptz) to herald_runner;
