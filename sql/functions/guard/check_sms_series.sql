-- A text with a recurrence_pattern is a series: it stands for the plan and never goes itself. Its rule is proved when
-- it is written, and its scheduled_for is always its next occurrence. Any other time it is given is a new start: what
-- waits of the old plan, or was changed or skipped of it, is forgotten, and a rule with a COUNT goes on with what is
-- left of it.
create or replace function herald.check_sms_series()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text;
  v_at timestamptz := coalesce(new.scheduled_for, now());
  v_next timestamptz;
  v_made uuid[];
  v_first timestamp;
  v_skipped integer;
begin
  if tg_op = 'UPDATE' then
    if old.recurrence_pattern is null and old.status not in ('pending', 'scheduled') then
      raise exception 'text % is %, and cannot become a series any more', new.id, old.status
        using errcode = '22023', hint = 'Queue a text of its own with a recurrence_pattern.';
    end if;
    -- Whoever queues all that is due by a plain update means texts: a series has its own way, by tick().
    if old.status = 'scheduled' and new.status = 'queued' then
      new.status := old.status;
    end if;
    if new.status not in ('pending', 'scheduled') then
      return new;
    end if;
  end if;
  if new.status = 'pending' then
    new.status := 'scheduled';
  end if;

  if new.recurrence_timezone is not null then
    perform herald.require_time_zone('recurrence_timezone', new.recurrence_timezone);
  end if;
  v_zone := herald.series_zone(new.user_id, new.recurrence_timezone);

  if tg_op = 'UPDATE'
    and new.recurrence_pattern = old.recurrence_pattern
    and new.recurrence_timezone is not distinct from old.recurrence_timezone
    and new.recurrence_start = old.recurrence_start
  then
    select at
    into v_next
    from herald.occurrences(
      new.recurrence_pattern, new.recurrence_start, v_zone, new.recurrence_last, new.recurrence_ends, 1
    );
    if v_next = new.scheduled_for then
      return new;
    end if;
    -- It has another end, and no more than that.
    if new.scheduled_for = old.scheduled_for then
      if v_next is null then
        new.status := 'cancelled';
        new.cancelled_at := now();
        new.cancel_reason := 'ended: nothing of the series is left';
      else
        new.expires_at := new.expires_at + (v_next - new.scheduled_for);
        new.scheduled_for := v_next;
      end if;
      return new;
    end if;
  end if;

  if tg_op = 'UPDATE'
    and new.recurrence_start <> old.recurrence_start
    and new.scheduled_for is not distinct from old.scheduled_for
  then
    v_at := herald.instant_of(new.recurrence_start, v_zone);
  end if;
  if tg_op = 'INSERT' or v_at is distinct from old.scheduled_for then
    -- Or all that has been since then would be on record as missed.
    perform herald.require_time_ahead('scheduled_for', v_at);
  end if;
  -- One that the clocks skip on its first day is given as it is, since its instant does not tell.
  if herald.instant_of(new.recurrence_start, v_zone) = v_at is not true then
    new.recurrence_start := date_trunc('second', v_at at time zone v_zone);
  end if;

  if tg_op = 'UPDATE' and old.recurrence_start is not null then
    select
      array_agg(id) filter (where status <> 'cancelled'), min(occurrence) filter (where status <> 'cancelled'),
      count(*) filter (where status = 'cancelled' and occurrence > coalesce(old.recurrence_last, '-infinity'))
    into v_made, v_first, v_skipped
    from public.sms_messages
    where parent_message_id = new.id
      and occurrence is not null
      and status in ('pending', 'scheduled', 'queued', 'cancelled');

    if v_made is not null then
      perform herald.cancel_texts(v_made, 'changed: the series has a new start', now());
    end if;
    update public.sms_messages
    set occurrence = null
    where parent_message_id = new.id
      and status = 'cancelled'
      and (id = any (v_made) or occurrence > coalesce(old.recurrence_last, '-infinity'));

    if new.recurrence_pattern = old.recurrence_pattern then
      new.recurrence_pattern := herald.rest_of_rrule(
        old.recurrence_pattern, old.recurrence_start, v_zone,
        case when v_first <= old.recurrence_last then v_first - interval '1 second' else old.recurrence_last end,
        v_skipped, new.recurrence_start
      );
    end if;
  end if;

  perform herald.require_rrule('recurrence_pattern', new.recurrence_pattern);
  new.recurrence_last := null;
  select at
  into v_next
  from herald.occurrences(new.recurrence_pattern, new.recurrence_start, v_zone, null, new.recurrence_ends, 1);
  if v_next is null then
    raise exception 'recurrence_pattern % never occurs from % on%',
      quote_literal(left(new.recurrence_pattern, 80)), herald.utc_text(v_at),
      coalesce(' until ' || herald.utc_text(new.recurrence_ends), '')
      using errcode = '22023', hint = 'Give a rule that has an occurrence, or leave it out for a single text.';
  end if;
  -- What is not said anew is as long after the new time as it was after the old one.
  new.expires_at := new.expires_at + (
    v_next - case
      when tg_op = 'UPDATE' and new.expires_at = old.expires_at then coalesce(old.scheduled_for, old.created_at)
      else v_at
    end
  );
  new.scheduled_for := v_next;
  return new;
end;
$$;

comment on function herald.check_sms_series() is
$$Trigger: validates the rule of a series (22023, 22004) and keeps its scheduled_for at the next occurrence.$$;

revoke execute on function herald.check_sms_series() from public;

create or replace trigger t15_check_sms_series
before insert or update on public.sms_messages
for each row when (new.recurrence_pattern is not null)
execute function herald.check_sms_series();
