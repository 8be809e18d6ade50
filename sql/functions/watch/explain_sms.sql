-- Why a text goes, waits, went, or did not: a row for what became of it, and one for each gate. The gates are the
-- very ones that the claim asks, for the instant that counts: that of its last attempt, or of its time to come. What
-- they read is the team's, so that a signed-in user is told what became of it, and no more.
create or replace function public.explain_sms(
  p_message_id uuid default null,
  p_user_id uuid default null,
  p_category text default null,
  p_priority public.sms_priority default 'normal',
  p_at timestamptz default null
)
returns table (gate_order integer, gate text, verdict text, until timestamptz, evidence text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_text public.sms_messages;
  v_attempt herald.sms_attempts;
  v_at timestamptz := p_at;
  v_sender text;
  v_is_client constant boolean := herald.needs_client_call();
begin
  if num_nonnulls(p_message_id, p_user_id) <> 1 then
    raise exception 'p_message_id and p_user_id are %', case when p_user_id is null then 'both null' else 'both given' end
      using errcode = '22023', hint = 'Give a text, or a user for a text that does not exist yet.';
  end if;
  if not isfinite(p_at) then
    raise exception 'p_at is no instant: %', p_at using errcode = '22023', hint = 'Give an instant, or leave it out.';
  end if;

  if p_message_id is not null then
    if v_is_client then
      -- By name: a client has no right on some of the others.
      select
        status, recurrence_pattern, scheduled_for, sent_at, twilio_sid, delivered_at, twilio_error_code, queue_job_id,
        updated_at, cancelled_at, cancel_reason, failed_at, attempt_count, twilio_error_message, deferred_from,
        defer_reason, next_retry_at
      into
        v_text.status, v_text.recurrence_pattern, v_text.scheduled_for, v_text.sent_at, v_text.twilio_sid,
        v_text.delivered_at, v_text.twilio_error_code, v_text.queue_job_id, v_text.updated_at, v_text.cancelled_at,
        v_text.cancel_reason, v_text.failed_at, v_text.attempt_count, v_text.twilio_error_message,
        v_text.deferred_from, v_text.defer_reason, v_text.next_retry_at
      from public.sms_messages
      where id = p_message_id;
    else
      select * into v_text from public.sms_messages where id = p_message_id;
    end if;
    if not found then
      perform herald.refuse_unknown('p_message_id', p_message_id::text);
    end if;
    if not v_is_client then
      select * into v_attempt from herald.sms_attempts where message_id = p_message_id order by started_at desc limit 1;
    end if;

    return query
    select
      0, 'outcome',
      case
        when v_text.status in ('sent', 'delivered', 'undelivered') then 'went'
        when v_text.status = 'sending' then 'sending'
        when v_text.status in ('cancelled', 'failed') then v_text.status::text
        else 'waits'
      end,
      case when v_text.status in ('pending', 'scheduled', 'queued') then v_text.scheduled_for end,
      concat_ws(', ', case
        when v_text.recurrence_pattern is not null and v_text.status = 'scheduled'
          then format(
            'a series (%s), whose next occurrence is %s', v_text.recurrence_pattern, herald.utc_text(v_text.scheduled_for)
          )
        when v_text.status in ('sent', 'delivered', 'undelivered') then concat_ws(
          ', ',
          format('accepted by the provider at %s as %s', herald.utc_text(v_text.sent_at), v_text.twilio_sid),
          'delivered at ' || herald.utc_text(v_text.delivered_at),
          case
            when v_text.status = 'undelivered'
              then format('not delivered (%s)', coalesce(v_text.twilio_error_code::text, 'no code'))
          end
        )
        when v_text.status = 'sending' and exists (
          select
          from public.queue_jobs as job
          where job.id = v_text.queue_job_id and job.status = 'processing' and job.lease_expires_at is null
        )
          then format(
            'in doubt since %s: the provider may have taken it, so it is held and not sent again',
            herald.utc_text(coalesce(v_attempt.finished_at, v_text.updated_at))
          )
        when v_text.status = 'sending' then format('being sent since %s', herald.utc_text(coalesce(v_attempt.started_at, v_text.updated_at)))
        when v_text.status = 'cancelled'
          then format('cancelled at %s: %s', herald.utc_text(v_text.cancelled_at), v_text.cancel_reason)
        when v_text.status = 'failed' then format(
          'failed at %s after %s attempts: %s', herald.utc_text(v_text.failed_at), v_text.attempt_count,
          coalesce(v_text.twilio_error_message, 'no reason is known')
        )
        else concat_ws(
          ', ',
          case
            when v_text.scheduled_for is null then 'it goes at once'
            else 'its time is ' || herald.utc_text(v_text.scheduled_for)
          end,
          case
            when v_text.deferred_from is not null
              then format('moved from %s by %s', herald.utc_text(v_text.deferred_from), v_text.defer_reason)
          end,
          'tried again at ' || herald.utc_text(v_text.next_retry_at)
        )
      end,
      'its words were erased at ' || herald.utc_text(v_text.words_erased_at),
      'its number was erased at ' || herald.utc_text(v_text.number_erased_at));
    -- Of nobody's number no gate can say anything.
    if v_text.number_erased_at is not null then
      return;
    end if;

    if v_is_client then
      return;
    end if;
    -- A report about an attempt that was taken for not sent, and the text had been claimed again or was over: it could
    -- not be placed.
    return query
    select
      0, 'stray', case when v_text.twilio_sid is null then 'went' else 'went twice' end, null::timestamptz,
      format(
        'the provider took it at about %s as %s, by an attempt that was taken for not sent',
        herald.utc_text(min(report.first_received_at)), report.twilio_sid
      )
    from herald.sms_attempts as attempt
    inner join herald.sms_status_log as report on report.attempt_id = attempt.id
    where attempt.message_id = p_message_id
      and attempt.outcome is distinct from 'accepted'
      and report.message_id is null
      and report.twilio_sid is distinct from v_text.twilio_sid
    group by report.twilio_sid
    order by min(report.first_received_at);

    v_at := coalesce(
      v_at,
      case
        when v_text.status in ('pending', 'scheduled', 'queued') then greatest(now(), v_text.scheduled_for, v_text.next_retry_at)
        -- An earlier attempt of a cancelled one is not what ended it.
        else coalesce(v_text.cancelled_at, v_attempt.started_at, v_text.failed_at, v_text.sent_at)
      end,
      now()
    );
    -- What has left is asked about as it was then: waiting, at its time.
    v_text.status := case when v_text.status = 'cancelled' then v_text.status else 'queued' end;
  elsif v_is_client then
    raise exception 'what would become of a text is the team''s to ask'
      using errcode = '42501', hint = 'Give p_message_id, the id of a text of the signed-in user.';
  else
    if not herald.user_exists(p_user_id) then
      perform herald.refuse_unknown('p_user_id', p_user_id::text);
    end if;
    if p_category is not null and not exists (select from herald.sms_categories where category = p_category) then
      perform herald.refuse_unknown(
        'p_category', p_category, (select array_agg(category order by category) from herald.sms_categories)
      );
    end if;
    v_at := coalesce(v_at, now());
    v_text.user_id := p_user_id;
    v_text.category := p_category;
    v_text.priority := coalesce(p_priority, 'normal');
    v_text.status := 'pending';
    v_text.phone_number := (select phone_number from public.user_sms_preferences where user_id = p_user_id);
    v_text.expires_at := v_at + herald.shelf_life(p_category);
  end if;

  -- Where there is but one, it is that one.
  v_sender := coalesce(
    v_attempt.sender, (select min(sender) from herald.senders having count(*) = 1)
  );

  return query
  select
    said.gate_order, said.gate,
    case when since.at > v_at or own.is_counted then 'pass' else said.verdict end,
    case when since.at is null and not own.is_counted then said.until end,
    case
      when since.at > v_at then format('not at that time; since then: %s', said.evidence)
      -- Its own place is no reason against it.
      when own.is_counted then format('it was counted at %s', herald.utc_text(v_text.counted_at))
      else said.evidence
    end
  from herald.decide_sms(array[v_text], array[v_at], v_sender) as said
  left join public.user_sms_preferences as wishes on wishes.user_id = v_text.user_id
  left join herald.suppressed_numbers as suppressed
    on suppressed.number_hash = herald.number_hash(v_text.phone_number)
  -- What came to be after that instant was not so at it.
  cross join lateral (
    select case
      when said.verdict <> 'block' then null
      when said.gate = 'not_opted_out' then wishes.opted_out_at
      when said.gate = 'not_suppressed' then suppressed.suppressed_at
    end as at
  ) as since
  cross join lateral (select said.gate = 'limits' and v_text.counted_at is not null as is_counted) as own
  order by said.gate_order;
end;
$$;

comment on function public.explain_sms(uuid, uuid, text, public.sms_priority, timestamptz) is
$$Why a text goes or not: a row for each gate with its verdict (pass, defer or block), its evidence, and until when.

Give p_message_id: the first row (gate outcome) tells what became of it, and a row more (gate stray) of each
time that it went besides, by an attempt that was taken for not sent; the gates speak for its time to come, or for
the instant of its last attempt, by the wishes and limits of today. Or give p_user_id, p_category, p_priority and p_at
for a text that does not exist yet. A signed-in user gives one of their own texts, and gets the first row alone.

p_at: null means now.
until: of a pass, as long as it stays one; of a defer, when it is over (null: when somebody lifts it).

Errors: 22023 neither or both; 23503 unknown text, user or category; 42501 a signed-in user asks for what does
not exist yet.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.explain_sms(uuid, uuid, text, public.sms_priority, timestamptz) from public;
grant execute on function public.explain_sms(uuid, uuid, text, public.sms_priority, timestamptz)
to herald_runner, herald_client;
