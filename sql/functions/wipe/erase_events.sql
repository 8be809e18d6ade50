-- Takes the content out of events and of all that was told of them, to anybody: also out of texts that went out, which
-- redaction leaves as they are on the readers' telephones. An event of which a text is just being sent is left for
-- later.
create or replace function herald.erase_events(p_event_ids uuid[], p_now timestamptz)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event_id uuid;
  v_deliveries uuid[];
  v_texts uuid[];
  v_erased uuid[] := array[]::uuid[];
begin
  foreach v_event_id in array p_event_ids loop
    perform public.redact_notification_event(v_event_id, p_now);

    v_deliveries := array(
      select id from public.notification_deliveries where event_id = v_event_id
      union
      select delivery.id
      from herald.notification_digest_events as gathered
      inner join public.notification_deliveries as delivery on delivery.digest_id = gathered.digest_id
      where gathered.event_id = v_event_id
    );
    v_texts := array(select id from public.sms_messages where notification_delivery_id = any (v_deliveries));
    perform herald.erase_texts(v_texts, true, false, p_now);
    perform herald.erase_links(
      array(
        select link.id
        from public.notification_tracking_links as link
        inner join public.notification_deliveries as delivery on delivery.id = link.delivery_id
        where delivery.id = any (v_deliveries) and delivery.status <> 'pending'
      ),
      p_now
    );

    if exists (
      select from public.sms_messages where id = any (v_texts) and status = 'sending'
    ) then
      continue;
    end if;
    update public.notification_events
    set idempotency_key = null, request_digest = null
    where id = v_event_id and num_nonnulls(idempotency_key, request_digest) > 0;
    delete from herald.deleted_event_users where event_id = v_event_id;
    v_erased := v_erased || v_event_id;
  end loop;
  return v_erased;
end;
$$;

comment on function herald.erase_events(uuid[], timestamptz) is
'Redacts these events and erases what was told of them; returns those that are done.';

revoke execute on function herald.erase_events(uuid[], timestamptz) from public;
grant execute on function herald.erase_events(uuid[], timestamptz) to herald_runner;
