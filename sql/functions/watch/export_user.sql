-- Everything that is on record about a person, as it stands there, but for what lets somebody pass for them (codes and
-- keys of devices) and hashes by which numbers are known. A column that is added is in it by itself.
--
-- A number can have had another holder: of texts that came in from it, only those since it has been the user's. One
-- that is not verified anybody may have written down, and what is on record about it is somebody else's.
create or replace function public.export_user(p_user_id uuid)
returns table (section text, record jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_user_id is null then
    raise exception 'p_user_id is null' using errcode = '22004', hint = 'Give the id of a user.';
  end if;

  return query
  select 'sms_preferences', to_jsonb(wishes)
  from public.user_sms_preferences as wishes
  where wishes.user_id = p_user_id;

  return query
  select 'notification_preferences', to_jsonb(wishes)
  from public.user_notification_preferences as wishes
  where wishes.user_id = p_user_id
  order by wishes.event_type;

  return query
  select 'subscriptions', to_jsonb(subscription)
  from public.notification_subscriptions as subscription
  where subscription.user_id = p_user_id
  order by subscription.event_type;

  return query
  select 'automatic_subscriptions', to_jsonb(subscription)
  from herald.automatic_subscriptions as subscription
  where subscription.user_id = p_user_id
  order by subscription.event_type;

  return query
  select 'administrators', to_jsonb(admins)
  from herald.admins
  where admins.user_id = p_user_id;

  return query
  select 'devices', to_jsonb(device) - '{p256dh_key, auth_key}'::text[]
  from public.push_subscriptions as device
  where device.user_id = p_user_id
  order by device.created_at, device.id;

  return query
  select 'texts', to_jsonb(message) - 'request_digest' || case
      -- A code that is still good is in it.
      when exists (
        select from herald.phone_verifications as proof where proof.message_id = message.id and proof.redacted_at is null
      ) then '{"message_content": "(a code)"}'
      else '{}'
    end::jsonb || case
      -- A code can be asked for to anybody's number, and what stopped it may be what they said.
      when message.category = 'verification'
        then jsonb_build_object('cancel_reason', herald.erased_reason(message.cancel_reason))
      else '{}'
    end
  from public.sms_messages as message
  where message.user_id = p_user_id
  order by message.created_at, message.id;

  return query
  select 'text_attempts', to_jsonb(tried) - 'look_token'
  from public.sms_messages as message
  inner join herald.sms_attempts as tried on tried.message_id = message.id
  where message.user_id = p_user_id
  order by tried.started_at, tried.id;

  return query
  select 'text_reports', to_jsonb(log)
  from public.sms_messages as message
  inner join herald.sms_status_log as log on log.message_id = message.id
  where message.user_id = p_user_id
  order by log.id;

  return query
  select 'texts_that_came_in', to_jsonb(inbound) - 'number_hash'
  from herald.inbound_sms as inbound
  where inbound.twilio_sid in (
    select consent.inbound_sid from herald.consent_log as consent where consent.user_id = p_user_id
    union
    select reply.twilio_sid
    from public.user_sms_preferences as wishes
    inner join herald.inbound_sms as reply on reply.number_hash = herald.number_hash(wishes.phone_number)
    where wishes.user_id = p_user_id
      and wishes.phone_verified
      and reply.received_at >= least(
        wishes.phone_verified_at,
        (
          select min(message.created_at)
          from public.sms_messages as message
          where message.user_id = p_user_id
            and message.phone_number = wishes.phone_number
            and message.category is distinct from 'verification'
            and message.sent_at is not null
        )
      )
  )
  order by inbound.received_at, inbound.twilio_sid;

  return query
  select 'consent', to_jsonb(consent) - 'number_hash'
  from herald.consent_log as consent
  where consent.user_id = p_user_id
  order by consent.id;

  return query
  select 'suppressed_number', to_jsonb(suppressed) - 'number_hash'
  from public.user_sms_preferences as wishes
  inner join herald.suppressed_numbers as suppressed
    on suppressed.number_hash = herald.number_hash(wishes.phone_number)
  where wishes.user_id = p_user_id and wishes.phone_verified;

  return query
  select 'failing_number', to_jsonb(failing) - 'number_hash'
  from public.user_sms_preferences as wishes
  inner join herald.failing_numbers as failing on failing.number_hash = herald.number_hash(wishes.phone_number)
  where wishes.user_id = p_user_id and wishes.phone_verified;

  return query
  select 'verifications', to_jsonb(proof) - '{number_hash, salt, code_hash}'::text[]
  from herald.phone_verifications as proof
  where proof.user_id = p_user_id
  order by proof.created_at, proof.id;

  return query
  select 'verification_requests', to_jsonb(request) - '{code, code_hash}'::text[]
  from herald.phone_verifications as proof
  inner join herald.verify_requests as request on request.verification_id = proof.id
  where proof.user_id = p_user_id
  order by request.created_at, request.id;

  return query
  select 'notifications', to_jsonb(delivery)
  from public.notification_deliveries as delivery
  where delivery.recipient_user_id = p_user_id
  order by delivery.created_at, delivery.id;

  return query
  select 'notifications_held_back', to_jsonb(suppression)
  from public.notification_suppressions as suppression
  where suppression.recipient_user_id = p_user_id
  order by suppression.created_at, suppression.event_id, suppression.channel;

  return query
  select 'notifications_gathered', to_jsonb(digest) || jsonb_build_object(
      'event_ids', array(
        select gathered.event_id
        from herald.notification_digest_events as gathered
        where gathered.digest_id = digest.id
        order by gathered.place
      )
    )
  from herald.notification_digests as digest
  where digest.user_id = p_user_id
  order by digest.opened_at, digest.id;

  return query
  select 'notifications_waiting', to_jsonb(late)
  from herald.notification_latecomers as late
  where late.user_id = p_user_id
  order by late.noted_at, late.event_id;

  return query
  select 'notification_turns', to_jsonb(turn)
  from herald.notification_turns as turn
  where turn.user_id = p_user_id
  order by turn.event_type;

  return query
  select 'events', to_jsonb(event) - 'request_digest'
  from public.notification_events as event
  where event.id in (
    select id from public.notification_events where actor_user_id = p_user_id
    union
    select id from public.notification_events where target_user_id = p_user_id
    union
    select event_id from herald.deleted_event_users where user_id = p_user_id
  )
  order by event.created_at, event.id;

  return query
  select 'links', to_jsonb(link)
  from public.notification_tracking_links as link
  where link.id in (
    select told.id
    from public.sms_messages as message
    inner join public.notification_tracking_links as told on told.message_id = message.id
    where message.user_id = p_user_id
    union
    select told.id
    from public.notification_deliveries as delivery
    inner join public.notification_tracking_links as told on told.delivery_id = delivery.id
    where delivery.recipient_user_id = p_user_id
  )
  order by link.created_at, link.id;

  return query
  select 'jobs', to_jsonb(job) - 'processing_token' || case
      when exists (
        select
        from public.sms_messages as message
        where message.queue_job_id = job.id and message.category = 'verification'
      )
        then jsonb_build_object('error_message', herald.erased_reason(job.error_message))
      else '{}'
    end
  from public.queue_jobs as job
  where job.user_id = p_user_id
  order by job.created_at, job.id;

  return query
  select 'erasure', to_jsonb(erasure) - 'number_hashes'
  from herald.erasures as erasure
  where erasure.user_id = p_user_id;
end;
$$;

comment on function public.export_user(uuid) is
$$Everything on record about a user, a row for each record.

Also of a user who was deleted from users. Left out are codes, keys of devices, lease tokens, and hashes. What your
application keeps in tables of its own is not in it.

section: what the record is.
record: the row as JSON.

Errors: 22004 no user.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.export_user(uuid) from public;
grant execute on function public.export_user(uuid) to herald_runner;
