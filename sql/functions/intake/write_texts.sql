-- Wishes for texts come in, one or many, in the caller's transaction: all are on record with everything that follows
-- from them, or nothing is. What the gates say no to is on record as well, cancelled with its reason, and raises
-- nothing.
--
-- Everything is asked of all at once. A text that plainly may go is written once, as queued, together with its job;
-- what is not plain is written as waiting, and planned as any other text that is due.
create or replace function herald.write_texts(
  p_texts public.sms_messages[],
  p_template_keys text[],
  p_now timestamptz
)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- Planned once a session, also if the tables were empty at that time.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_text public.sms_messages;
  v_template_key text;
  v_ids uuid[];
  v_known uuid[];
  v_links record;
  v_linked uuid[];
  v_urls text[];
  v_codes text[];
  v_ready boolean[];
  v_unknown uuid;
  v_written uuid[];
  v_waiting uuid[];
  v_has_templates boolean := false;
  v_needs_numbers boolean := false;
begin
  for v_place in 1..cardinality(p_texts) loop
    v_ids[v_place] := gen_random_uuid();
    v_text := p_texts[v_place];
    v_template_key := p_template_keys[v_place];
    if v_text.idempotency_key is not null then
      perform herald.require_short_key('p_idempotency_key', v_text.idempotency_key);
      v_text.request_digest := sha256(convert_to(
        jsonb_build_array(
          -- Instants as numbers: as text they would depend on the session's time zone.
          v_text.phone_number, v_text.message_content, v_text.priority, extract(epoch from v_text.scheduled_for),
          coalesce(v_text.metadata, '{}'), v_template_key, v_text.template_vars, v_text.category,
          extract(epoch from v_text.expires_at), v_text.project_id, v_text.task_id
        )::text || case
          when v_text.recurrence_pattern is not null then jsonb_build_array(
            v_text.recurrence_pattern, extract(epoch from v_text.recurrence_ends), v_text.recurrence_timezone
          )::text
          else ''
        end,
        'UTF8'
      ));
      p_texts[v_place] := v_text;
      v_known[v_place] := herald.known_request(v_text.user_id, v_text.idempotency_key, v_text.request_digest);
      continue when v_known[v_place] is not null;
    end if;

    if v_text.priority is null then
      raise exception 'p_priority is null'
        using errcode = '22004', hint = 'Leave it out for normal, or give low, normal, high or urgent.';
    end if;
    if jsonb_typeof(v_text.metadata) <> 'object' then
      raise exception 'p_metadata is not an object but: %', jsonb_typeof(v_text.metadata)
        using errcode = '22023', hint = 'Pass a JSON object.';
    end if;
    if v_text.max_attempts is null or v_text.max_attempts < 1 then
      raise exception 'p_max_attempts is not positive: %', coalesce(v_text.max_attempts::text, 'null')
        using errcode = '22023', hint = 'Give at least 1.';
    end if;
    if (v_text.message_content is null) = (v_template_key is null) then
      raise exception 'p_message and p_template_key are both %',
        case when v_template_key is null then 'null' else 'given' end
        using errcode = '22023', hint = 'Give the words or a template, one of the two.';
    end if;
    if v_text.scheduled_for is not null then
      perform herald.require_time_ahead('p_scheduled_for', v_text.scheduled_for);
    end if;
    if v_text.recurrence_pattern is not null then
      perform herald.require_rrule('p_recurrence_pattern', v_text.recurrence_pattern);
    elsif num_nonnulls(v_text.recurrence_ends, v_text.recurrence_timezone) > 0 then
      raise exception 'p_recurrence_ends or p_recurrence_timezone is given without p_recurrence_pattern'
        using errcode = '22023', hint = 'Give the rule, such as FREQ=DAILY, or neither of them.';
    end if;
    if v_text.expires_at <= coalesce(v_text.scheduled_for, p_now) then
      raise exception 'p_expires_at % is not after the text''s time %',
        v_text.expires_at, coalesce(v_text.scheduled_for, p_now)
        using errcode = '22023', hint = 'A text that has expired is never sent: give a later instant or none.';
    end if;
    v_needs_numbers := v_needs_numbers or v_text.phone_number is null;

    if v_template_key is not null then
      v_text.message_content := public.render_sms_template(v_template_key, v_text.template_vars);
      select id into v_text.template_id from public.sms_templates where template_key = v_template_key;
      p_texts[v_place] := v_text;
      v_has_templates := true;
    end if;
    -- The words of a series outlive any link.
    if v_text.recurrence_pattern is null and strpos(v_text.message_content, '://') > 0 then
      select * into v_links from herald.plan_links(v_text.message_content);
      if v_links.urls is not null then
        v_linked := v_linked || array_fill(v_ids[v_place], array[cardinality(v_links.urls)]);
        v_urls := v_urls || v_links.urls;
        v_codes := v_codes || v_links.codes;
        v_text.message_content := v_links.words;
        p_texts[v_place] := v_text;
      end if;
    end if;
  end loop;

  v_ready := herald.ready_at_a_glance(p_texts, p_now);
  -- Whoever has preferences is a user.
  if array_position(v_ready, null) is not null then
    select text.user_id
    into v_unknown
    from unnest(p_texts) with ordinality as text
    where v_ready[text.ordinality] is null and not herald.user_exists(text.user_id)
    limit 1;
    if found then
      perform herald.refuse_unknown('p_user_id', v_unknown::text);
    end if;
  end if;
  if v_needs_numbers then
    perform
    from unnest(p_texts) with ordinality as text
    left join public.user_sms_preferences as wishes on wishes.user_id = text.user_id
    where text.phone_number is null and wishes.phone_number is null and v_known[text.ordinality] is null;
    if found then
      raise exception 'p_phone_number is null, and the user has no number'
        using errcode = '22004', hint = 'Give a number in E.164 form, or the user one in user_sms_preferences.';
    end if;
  end if;

  -- Tells check_sms_message that a text which begins as queued gets its job here.
  perform set_config('herald.gives_jobs', 'on', true);
  with written as (
    insert into public.sms_messages (
      id, user_id, phone_number, message_content, template_id, template_vars, status, priority, scheduled_for,
      max_attempts, project_id, task_id, metadata, category, expires_at, correlation_id, idempotency_key,
      request_digest, recurrence_pattern, recurrence_ends, recurrence_timezone, queue_job_id
    )
    select
      v_ids[text.ordinality], text.user_id,
      coalesce(
        text.phone_number,
        (select wishes.phone_number from public.user_sms_preferences as wishes where wishes.user_id = text.user_id)
      ),
      text.message_content, text.template_id, case when text.template_id is not null then text.template_vars end,
      case
        when v_ready[text.ordinality] then 'queued'
        when text.scheduled_for is null then 'pending'
        else 'scheduled'
      end::public.sms_status,
      text.priority, text.scheduled_for, text.max_attempts, text.project_id, text.task_id,
      coalesce(text.metadata, '{}'), text.category,
      -- As the guard does, which would look it up for each of them.
      coalesce(
        text.expires_at,
        case when text.category is null then coalesce(text.scheduled_for, p_now) + setting.default_expiry end
      ),
      coalesce(text.correlation_id, gen_random_uuid()), text.idempotency_key, text.request_digest,
      text.recurrence_pattern, text.recurrence_ends, text.recurrence_timezone,
      case when v_ready[text.ordinality] then gen_random_uuid() end
    from unnest(p_texts) with ordinality as text
    cross join herald.settings as setting
    where v_known[text.ordinality] is null
    -- Two who use the same keys at once come by them in the same order, and do not wait for each other.
    order by text.idempotency_key, text.user_id, text.ordinality
    on conflict (user_id, idempotency_key) where idempotency_key is not null do nothing
    returning
      id, user_id, status, scheduled_for, priority, attempt_count, max_attempts, correlation_id, queue_job_id,
      recurrence_pattern
  ),
  -- Of what is written, not of what was asked for: the application may have triggers.
  jobs as (
    insert into public.queue_jobs (
      id, user_id, job_type, scheduled_for, priority, attempts, max_attempts, correlation_id, metadata
    )
    select
      queue_job_id, user_id, 'send_sms', coalesce(scheduled_for, p_now), herald.job_priority(priority),
      attempt_count, max_attempts, correlation_id, jsonb_build_object('message_id', id, 'priority', priority)
    from written
    where status = 'queued' and queue_job_id is not null
  )
  select
    array_agg(id),
    array_agg(id) filter (
      where status in ('pending', 'scheduled') and recurrence_pattern is null
    )
  into v_written, v_waiting
  from written;
  perform set_config('herald.gives_jobs', '', true);

  if v_urls is not null then
    perform herald.keep_links(array_agg(planned.id), array_agg(planned.url), array_agg(planned.code), p_now)
    from unnest(v_linked, v_urls, v_codes) as planned (id, url, code)
    where planned.id = any (v_written)
    having count(*) > 0;
  end if;
  if v_has_templates then
    -- Of a series its occurrences are, as they come.
    insert into herald.sms_template_uses (template_id, used_at)
    select message.template_id, p_now
    from unnest(v_written) as written (id)
    inner join public.sms_messages as message on message.id = written.id
    where message.template_id is not null and message.recurrence_pattern is null;
  end if;
  if v_waiting is not null then
    -- Nobody else knows of them yet, so nothing has to be locked.
    perform herald.plan_texts(array_agg(message), p_now)
    from public.sms_messages as message
    cross join herald.settings as setting
    where message.id = any (v_waiting)
      and (message.scheduled_for <= p_now + setting.promote_lead) is not false
    having count(*) > 0;
  end if;

  if cardinality(v_written) = cardinality(p_texts) then
    return v_ids;
  end if;
  -- The others were made before, or in this very moment by another transaction that has committed by now, or by the
  -- same request earlier among these. What a trigger of the application has left out is no text.
  return array(
    select
      case
        when written.id is not null then written.id
        else herald.known_request(text.user_id, text.idempotency_key, text.request_digest)
      end
    from unnest(p_texts) with ordinality as text
    left join unnest(v_written) as written (id) on written.id = v_ids[text.ordinality]
    order by text.ordinality
  );
end;
$$;

comment on function herald.write_texts(public.sms_messages[], text[], timestamptz) is
$$Queues texts that were asked for as these rows say, and returns their ids in that order.

p_template_keys: for each its template or null; null: none has one. What queue_sms_message says of its arguments holds for
the columns of the same names, and so do its errors.$$;

revoke execute on function herald.write_texts(public.sms_messages[], text[], timestamptz) from public;
grant execute on function herald.write_texts(public.sms_messages[], text[], timestamptz) to herald_runner;
