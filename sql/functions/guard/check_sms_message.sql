-- Refuses a text that could never be sent when it is written, with an error that does not repeat its words, and counts
-- its segments. A text that says nothing of its expiry takes its category's, and keeps to it when it is rescheduled.
create or replace function herald.check_sms_message()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_shelf_life interval;
begin
  -- Before the constraints can: their error would show the row.
  if num_nulls(new.id, new.user_id, new.status, new.priority, new.correlation_id) > 0 then
    perform herald.refuse_unknown(given.argument, null)
    from (
      values
        ('id', new.id::text), ('user_id', new.user_id::text), ('status', new.status::text),
        ('priority', new.priority::text), ('correlation_id', new.correlation_id::text)
    ) as given (argument, value)
    where given.value is null;
  end if;
  -- These columns may be null, and then say nothing of their own.
  if num_nulls(new.attempt_count, new.max_attempts, new.metadata) > 0 then
    new.attempt_count := coalesce(new.attempt_count, 0);
    new.max_attempts := coalesce(new.max_attempts, 3);
    new.metadata := coalesce(new.metadata, '{}');
  end if;
  if new.attempt_count < 0 or new.max_attempts < 1 then
    raise exception 'attempt_count % of max_attempts % cannot be', new.attempt_count, new.max_attempts
      using errcode = '22023', hint = 'Count attempts from 0, and allow at least 1.';
  end if;

  -- Only what this statement writes: an older row that has it is still to be planned, sent or ended.
  if jsonb_typeof(new.metadata) <> 'object' and (tg_op = 'INSERT' or new.metadata is distinct from old.metadata) then
    raise exception 'metadata is not an object but: %', jsonb_typeof(new.metadata)
      using errcode = '22023', hint = 'Give a JSON object.';
  end if;
  if not isfinite(new.scheduled_for)
    and (tg_op = 'INSERT' or new.scheduled_for is distinct from old.scheduled_for)
  then
    raise exception 'scheduled_for is no instant: %', new.scheduled_for
      using errcode = '22023', hint = 'Give an instant, or null for at once.';
  end if;

  -- A job that does something else, or has ended, would leave it queued for ever. write_texts makes one for each, after
  -- it: to look for it here would be in vain, and a fifteenth of all that a text costs there.
  if tg_op = 'INSERT' and new.status = 'queued' and current_setting('herald.gives_jobs', true) is distinct from 'on' then
    if new.queue_job_id is null or exists (
      select
      from public.queue_jobs
      where id = new.queue_job_id
        and (job_type, user_id, status) is distinct from ('send_sms', new.user_id, 'pending')
    ) then
      raise exception 'text % cannot begin as queued without its job', new.id
        using errcode = 'SMS01', hint = 'Leave the status out: a text gets its job when it is due.';
    end if;
  end if;
  if new.status in ('pending', 'scheduled', 'queued', 'sending')
    and num_nonnulls(new.words_erased_at, new.number_erased_at) > 0
  then
    raise exception 'text % has been erased', new.id
      using errcode = 'SMS01', hint = 'It cannot be sent any more: queue a new one.';
  end if;
  -- A late report may bring the number again.
  if new.number_erased_at is not null then
    new.twilio_error_message := null;
  end if;
  if (tg_op = 'INSERT' or new.phone_number is distinct from old.phone_number)
    and new.number_erased_at is null
    and (new.phone_number ~ '^\+[1-9][0-9]{6,14}$') is not true
  then
    perform herald.require_e164('phone_number', new.phone_number);
  end if;

  -- What it cost does not change when its words are erased.
  if (tg_op = 'INSERT' or new.message_content is distinct from old.message_content) and new.words_erased_at is null then
    -- Most texts are some plain letters in one segment, which can be seen without a call.
    if char_length(new.message_content) <= 160
      and new.message_content !~ '[^\n -Z_a-z]'
      and new.message_content ~ '[!-Z_a-z]'
    then
      new.segment_count := 1;
    else
      perform herald.require_sendable('message_content', new.message_content);
      new.segment_count := herald.sms_segment_count(new.message_content);
    end if;
  end if;

  if new.status = 'scheduled' and new.scheduled_for is null then
    raise exception 'a scheduled text needs scheduled_for, which is null'
      using errcode = '22004', hint = 'Give scheduled_for an instant, or leave the status out to send at once.';
  end if;

  -- One in the other: an expression that holds a query is a query, even where it ends at its first word.
  if new.category is not null and (tg_op = 'INSERT' or new.category is distinct from old.category) then
    if not exists (select from herald.sms_categories where category = new.category) then
      perform herald.refuse_unknown(
        'category', new.category, (select array_agg(category order by category) from herald.sms_categories)
      );
    end if;
  end if;

  if tg_op = 'INSERT' then
    if new.expires_at is null then
      new.expires_at := coalesce(new.scheduled_for, now()) + herald.shelf_life(new.category);
    end if;
  elsif new.scheduled_for is distinct from old.scheduled_for and new.scheduled_for is distinct from new.deferred_until
  then
    -- Rescheduled by somebody: a default expiry goes along, one that was given stays. A deferral moves neither.
    v_shelf_life := herald.shelf_life(new.category);
    if new.expires_at = old.expires_at
      and old.expires_at = coalesce(old.deferred_from, old.scheduled_for, old.created_at) + v_shelf_life
    then
      new.expires_at := coalesce(new.scheduled_for, now()) + v_shelf_life;
    end if;
    new.deferred_from := null;
    new.deferred_until := null;
    new.defer_reason := null;
  end if;
  return new;
end;
$$;

comment on function herald.check_sms_message() is
$$Trigger: validates number, words, time, category and metadata of a text (22023, 22004, 23503), sets segment_count and
expires_at, and refuses to send what has been erased or has no job (SMS01).$$;

revoke execute on function herald.check_sms_message() from public;

create or replace trigger t20_check_sms_message
before insert on public.sms_messages
for each row execute function herald.check_sms_message();

-- A text on its way changes nothing that is checked here, and costs no call.
create or replace trigger t20_check_changed_sms_message
before update on public.sms_messages
for each row when (
  (
    new.id, new.user_id, new.priority, new.correlation_id, new.max_attempts, new.metadata, new.scheduled_for,
    new.phone_number, new.message_content, new.category
  ) is distinct from (
    old.id, old.user_id, old.priority, old.correlation_id, old.max_attempts, old.metadata, old.scheduled_for,
    old.phone_number, old.message_content, old.category
  )
  or (new.attempt_count >= 0) is not true
  or new.words_erased_at is not null
  or new.number_erased_at is not null
  or new.status is null
  or (new.status = 'scheduled' and new.scheduled_for is null)
)
execute function herald.check_sms_message();
