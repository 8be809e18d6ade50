-- A wish for a text comes in, in the caller's transaction: it is on record with everything that follows from it, or
-- nothing is. What the gates say no to is on record as well, cancelled with its reason, and raises nothing.
create or replace function public.queue_sms_message(
  p_user_id uuid,
  p_phone_number text,
  p_message text,
  p_priority public.sms_priority default 'normal',
  p_scheduled_for timestamptz default null,
  p_metadata jsonb default '{}',
  p_template_key text default null,
  p_template_vars jsonb default null,
  p_category text default null,
  p_expires_at timestamptz default null,
  p_idempotency_key text default null,
  p_project_id uuid default null,
  p_task_id uuid default null,
  p_max_attempts integer default 3,
  p_correlation_id uuid default null,
  p_recurrence_pattern text default null,
  p_recurrence_ends timestamptz default null,
  p_recurrence_timezone text default null
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_digest bytea;
  v_phone_number text := p_phone_number;
  v_message text := p_message;
  v_template_id uuid;
  v_links record;
  v_text public.sms_messages;
  v_id uuid;
  v_same boolean;
begin
  perform herald.require_short_key('p_idempotency_key', p_idempotency_key);
  if p_idempotency_key is not null then
    v_digest := sha256(convert_to(
      jsonb_build_array(
        -- Instants as numbers: as text they would depend on the session's time zone.
        p_phone_number, p_message, p_priority, extract(epoch from p_scheduled_for), coalesce(p_metadata, '{}'),
        p_template_key, p_template_vars, p_category, extract(epoch from p_expires_at), p_project_id, p_task_id
      )::text || case
        when p_recurrence_pattern is not null
          then jsonb_build_array(p_recurrence_pattern, extract(epoch from p_recurrence_ends), p_recurrence_timezone)::text
        else ''
      end,
      'UTF8'
    ));

    select id, request_digest = v_digest
    into v_id, v_same
    from public.sms_messages
    where user_id = p_user_id and idempotency_key = p_idempotency_key;
    if v_same then
      return v_id;
    end if;
  end if;

  if v_id is null then
    if p_priority is null then
      raise exception 'p_priority is null'
        using errcode = '22004', hint = 'Leave it out for normal, or give low, normal, high or urgent.';
    end if;
    if jsonb_typeof(coalesce(p_metadata, '{}')) <> 'object' then
      raise exception 'p_metadata is not an object but: %', jsonb_typeof(p_metadata)
        using errcode = '22023', hint = 'Pass a JSON object.';
    end if;
    if p_max_attempts is null or p_max_attempts < 1 then
      raise exception 'p_max_attempts is not positive: %', coalesce(p_max_attempts::text, 'null')
        using errcode = '22023', hint = 'Give at least 1.';
    end if;
    if (p_message is null) = (p_template_key is null) then
      raise exception 'p_message and p_template_key are both %', case when p_message is null then 'null' else 'given' end
        using errcode = '22023', hint = 'Give the words or a template, one of the two.';
    end if;
    perform herald.require_time_ahead('p_scheduled_for', p_scheduled_for);
    if p_recurrence_pattern is null and num_nonnulls(p_recurrence_ends, p_recurrence_timezone) > 0 then
      raise exception 'p_recurrence_ends or p_recurrence_timezone is given without p_recurrence_pattern'
        using errcode = '22023', hint = 'Give the rule, such as FREQ=DAILY, or neither of them.';
    end if;
    if p_recurrence_pattern is not null then
      perform herald.require_rrule('p_recurrence_pattern', p_recurrence_pattern);
    end if;
    if not herald.user_exists(p_user_id) then
      perform herald.refuse_unknown('p_user_id', p_user_id::text);
    end if;
    if p_expires_at <= coalesce(p_scheduled_for, now()) then
      raise exception 'p_expires_at % is not after the text''s time %', p_expires_at, coalesce(p_scheduled_for, now())
        using errcode = '22023', hint = 'A text that has expired is never sent: give a later instant or none.';
    end if;

    if p_template_key is not null then
      v_message := public.render_sms_template(p_template_key, p_template_vars);
      select id into v_template_id from public.sms_templates where template_key = p_template_key;
    end if;
    if v_phone_number is null then
      select phone_number into v_phone_number from public.user_sms_preferences where user_id = p_user_id;
      if v_phone_number is null then
        raise exception 'p_phone_number is null, and the user has no number'
          using errcode = '22004', hint = 'Give a number in E.164 form, or the user one in user_sms_preferences.';
      end if;
    end if;

    -- The words of a series outlive any link.
    select * into v_links from herald.plan_links(case when p_recurrence_pattern is null then v_message end);
    insert into public.sms_messages (
      user_id, phone_number, message_content, template_id, template_vars, status, priority, scheduled_for, max_attempts,
      project_id, task_id, metadata, category, expires_at, correlation_id, idempotency_key, request_digest,
      recurrence_pattern, recurrence_ends, recurrence_timezone
    )
    values (
      p_user_id, v_phone_number, coalesce(v_links.words, v_message), v_template_id,
      case when p_template_key is not null then p_template_vars end,
      case when p_scheduled_for is null then 'pending' else 'scheduled' end::public.sms_status, p_priority,
      p_scheduled_for, p_max_attempts, p_project_id, p_task_id, coalesce(p_metadata, '{}'), p_category,
      p_expires_at, coalesce(p_correlation_id, gen_random_uuid()), p_idempotency_key, v_digest, p_recurrence_pattern,
      p_recurrence_ends, p_recurrence_timezone
    )
    on conflict (user_id, idempotency_key) where idempotency_key is not null do nothing
    returning id into v_id;

    if v_id is not null then
      perform herald.keep_links(v_id, v_links.urls, v_links.codes, now());
      -- Of a series its occurrences are, as they come.
      if v_template_id is not null and p_recurrence_pattern is null then
        insert into herald.sms_template_uses (template_id, used_at) values (v_template_id, now());
      end if;
      if p_recurrence_pattern is null
        and (p_scheduled_for <= now() + (select promote_lead from herald.settings)) is not false
      then
        -- Nobody else knows of it yet, so nothing has to be locked. As it is, since the application may have triggers.
        select * into v_text from public.sms_messages where id = v_id;
        if v_text.status in ('pending', 'scheduled') then
          perform herald.plan_texts(array[v_text], now());
        end if;
      end if;
      return v_id;
    end if;

    -- Another transaction has used the key in this very moment, and has committed by now.
    select id, request_digest = v_digest
    into v_id, v_same
    from public.sms_messages
    where user_id = p_user_id and idempotency_key = p_idempotency_key;
    if v_same then
      return v_id;
    end if;
  end if;

  raise exception 'p_idempotency_key % was used for another request', herald.quote_key(p_idempotency_key)
    using errcode = 'SMS03', hint = format('The first request made text %s. Use a new key for a new request.', v_id);
end;
$$;

comment on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) is
$$Queues a text, now or for a time, and returns its id. Part of the caller's transaction.

Addresses become short links if settings.link_base_url is set, but for series; the limit is on what comes of that. A
text that may not go (opted out, unverified, suppressed, expired) is recorded as cancelled with its reason.

p_phone_number: E.164; null takes the user's own.
p_message: 1 to 1,600 characters; null with p_template_key and p_template_vars.
p_priority: urgent goes in quiet hours too.
p_scheduled_for: not before this instant; null means at once.
p_metadata: anything, kept with the text.
p_category: one of herald.sms_categories; null for a transactional text.
p_expires_at: not after this instant; null takes the category's default.
p_idempotency_key: the same key with the same request returns the first text.
p_recurrence_pattern: a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO,WE, which begins at p_scheduled_for; then the id
  is
  that of the series, and p_expires_at, as far from p_scheduled_for, holds for each occurrence.
p_recurrence_ends: null means never, unless the rule says so.
p_recurrence_timezone: on whose clock it recurs; null means the user's.

Errors: 22023 and 22004 an argument that makes no sense; 23503 unknown user, template or category; SMS03 the key was
used for another request; SMS04 template values missing.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_phone_number": null,
"p_message": "See you at nine.", "p_scheduled_for": "2035-03-01T08:30:00+01:00", "p_idempotency_key": "booking-4711"}$$;

revoke execute on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) from public;
grant execute on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) to herald_runner;
