-- Erases what has been kept for as long as herald.retention says: one bounded batch of each policy, the oldest first.
-- What is not over is not touched, however old; what failed can be redriven until then.
--
-- What somebody holds is passed over. Each policy walks along its own index, which holds only what is not erased yet.
create or replace function public.apply_retention(
  p_policy text default null,
  p_batch_size integer default 1000,
  p_now timestamptz default now()
)
returns table (policy text, erased integer, has_more boolean)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_before timestamptz;
  v_ids uuid[];
begin
  perform herald.check_claim(p_batch_size, interval '1 minute');
  if p_policy is not null and not exists (select from herald.retention as known where known.policy = p_policy) then
    perform herald.refuse_unknown(
      'p_policy', p_policy, (select array_agg(known.policy order by known.policy) from herald.retention as known)
    );
  end if;

  for policy, v_before in
    select known.policy, v_now - known.keep
    from herald.retention as known
    where known.keep is not null and (p_policy is null or known.policy = p_policy)
    order by known.policy
  loop
    case policy
      when 'sms_words', 'sms_numbers' then
        -- After three days nobody asks the provider any more what became of a text.
        if policy = 'sms_words' then
          v_ids := array(
            select message.id
            from public.sms_messages as message
            where message.words_erased_at is null
              and message.status not in ('pending', 'scheduled', 'queued', 'sending')
              and greatest(
                message.created_at, message.sent_at, message.delivered_at, message.failed_at, message.cancelled_at
              ) < v_before
              and (message.status <> 'sent' or message.look_at is null or message.look_at < v_now - interval '3 days')
            order by greatest(
                message.created_at, message.sent_at, message.delivered_at, message.failed_at, message.cancelled_at
              )
            limit p_batch_size
            for no key update skip locked
          );
        else
          v_ids := array(
            select message.id
            from public.sms_messages as message
            where message.number_erased_at is null
              and message.status not in ('pending', 'scheduled', 'queued', 'sending')
              and greatest(
                message.created_at, message.sent_at, message.delivered_at, message.failed_at, message.cancelled_at
              ) < v_before
              and (message.status <> 'sent' or message.look_at is null or message.look_at < v_now - interval '3 days')
            order by greatest(
                message.created_at, message.sent_at, message.delivered_at, message.failed_at, message.cancelled_at
              )
            limit p_batch_size
            for no key update skip locked
          );
        end if;
        erased := herald.erase_texts(v_ids, policy = 'sms_words', policy = 'sms_numbers', v_now);

      when 'notifications' then
        v_ids := array(
          select delivery.id
          from public.notification_deliveries as delivery
          where delivery.erased_at is null
            and delivery.status <> 'pending'
            and greatest(
              delivery.created_at, delivery.sent_at, delivery.delivered_at, delivery.opened_at, delivery.clicked_at,
              delivery.failed_at, delivery.bounced_at
            ) < v_before
          order by greatest(
              delivery.created_at, delivery.sent_at, delivery.delivered_at, delivery.opened_at, delivery.clicked_at,
              delivery.failed_at, delivery.bounced_at
            )
          limit p_batch_size
          for no key update skip locked
        );
        erased := herald.erase_deliveries(v_ids, v_now);

      when 'events' then
        v_ids := array(
          select event.id
          from public.notification_events as event
          where event.redacted_at is null
            and greatest(event.created_at, event.scheduled_for) < v_before
            and not exists (
              select
              from public.notification_deliveries as delivery
              where delivery.event_id = event.id and delivery.status = 'pending'
            )
            and not exists (
              select
              from herald.notification_digest_events as gathered
              inner join herald.notification_digests as digest on digest.id = gathered.digest_id
              left join public.notification_deliveries as delivery on delivery.digest_id = digest.id
              where gathered.event_id = event.id and (digest.flushed_at is null or delivery.status = 'pending')
            )
            and not exists (select from herald.notification_latecomers as late where late.event_id = event.id)
          order by greatest(event.created_at, event.scheduled_for)
          limit p_batch_size
          for no key update skip locked
        );
        update public.notification_events
        set payload = '{}', metadata = null, idempotency_key = null, request_digest = null, redacted_at = v_now
        where id = any (v_ids);
        get diagnostics erased = row_count;
        delete from herald.deleted_event_users where event_id = any (v_ids);

      when 'links' then
        v_ids := array(
          select link.id
          from public.notification_tracking_links as link
          where link.erased_at is null
            and greatest(link.created_at, link.last_clicked_at, link.expires_at) < v_before
          order by greatest(link.created_at, link.last_clicked_at, link.expires_at)
          limit p_batch_size
          for no key update skip locked
        );
        erased := herald.erase_links(v_ids, v_now);

      when 'sms_reports' then
        update herald.sms_status_log
        set parameters = '{}'
        where id = any (array(
          select log.id
          from herald.sms_status_log as log
          where log.parameters <> '{}' and log.last_received_at < v_before
          order by log.last_received_at
          limit p_batch_size
          for no key update skip locked
        ));
        get diagnostics erased = row_count;

      when 'inbound_words' then
        update herald.inbound_sms
        set words = null, parameters = '{}'
        where twilio_sid = any (array(
          select inbound.twilio_sid
          from herald.inbound_sms as inbound
          where not inbound.needs_review
            and (inbound.words is not null or inbound.parameters <> '{}')
            and inbound.received_at < v_before
          order by inbound.received_at
          limit p_batch_size
          for no key update skip locked
        ));
        get diagnostics erased = row_count;

      when 'inbound_numbers' then
        update herald.inbound_sms
        set from_number = null
        where twilio_sid = any (array(
          select inbound.twilio_sid
          from herald.inbound_sms as inbound
          where not inbound.needs_review and inbound.from_number is not null and inbound.received_at < v_before
          order by inbound.received_at
          limit p_batch_size
          for no key update skip locked
        ));
        get diagnostics erased = row_count;

      when 'suppressed_numbers' then
        update herald.suppressed_numbers
        set phone_number = null
        where number_hash = any (array(
          select suppressed.number_hash
          from herald.suppressed_numbers as suppressed
          where suppressed.phone_number is not null and suppressed.suppressed_at < v_before
          order by suppressed.suppressed_at
          limit p_batch_size
          for no key update skip locked
        ));
        get diagnostics erased = row_count;

      when 'consent' then
        update herald.consent_log
        set phone_number = null, words = null
        where id = any (array(
          select consent.id
          from herald.consent_log as consent
          where (consent.phone_number is not null or consent.words is not null) and consent.recorded_at < v_before
          order by consent.recorded_at
          limit p_batch_size
          for no key update skip locked
        ));
        get diagnostics erased = row_count;
    end case;
    has_more := erased = p_batch_size;
    return next;
  end loop;
end;
$$;

comment on function public.apply_retention(text, integer, timestamptz) is
$$Erases what is older than herald.retention keeps it, and tells how much, a row for each policy.

tick() does it all the time; call it for more at once. Policies that keep for ever are left out.

p_policy: only this one; null means all.
p_batch_size: at most so many rows of each policy.
has_more: whether there may be more to erase.

Errors: 23503 unknown policy; 22023 a batch size that makes no sense.

Example: {"p_batch_size": 5000}$$;

revoke execute on function public.apply_retention(text, integer, timestamptz) from public;
grant execute on function public.apply_retention(text, integer, timestamptz) to herald_runner;
