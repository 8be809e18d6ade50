-- Whether texts may go at an instant, and why (not): every gate speaks for every text. The claim, and whoever asks for
-- an explanation or a preview, ask here; nobody else decides. Takes whole rows, so that a text that does not exist
-- (yet) can be asked about too.
create or replace function herald.decide_sms(p_texts public.sms_messages[], p_at timestamptz)
returns table (
  message_id uuid,
  gate_order integer,
  gate text,
  verdict text,
  until timestamptz,
  evidence text
)
language sql
stable
set search_path = ''
as $$
  select text.id, gate.gate_order, gate.gate, gate.verdict, gate.until, gate.evidence
  from unnest(p_texts) as text
  cross join herald.settings as setting
  left join public.user_sms_preferences as wishes on wishes.user_id = text.user_id
  left join herald.suppressed_numbers as suppressed
    on suppressed.number_hash = herald.number_hash(text.phone_number)
  left join lateral (
    select
      event.event_type,
      herald.quiet_hours_end(
        p_at, hours.quiet_hours_start, hours.quiet_hours_end, coalesce(hours.timezone, 'UTC')
      ) as until
    from public.notification_deliveries as delivery
    inner join public.notification_events as event on event.id = delivery.event_id
    inner join public.user_notification_preferences as hours
      on hours.user_id = text.user_id and hours.event_type = event.event_type
    where text.notification_delivery_id is not null
      and delivery.id = text.notification_delivery_id
      and hours.quiet_hours_enabled
      and not (text.priority = 'urgent' and coalesce(wishes.urgent_alerts, true))
  ) as quiet on true
  cross join lateral (
    values
    (
      1, 'kill_switch',
      case when setting.kill_switch then 'defer' else 'pass' end,
      null::timestamptz,
      case when setting.kill_switch then 'all sending is switched off' else 'sending is on' end
    ),
    (
      2, 'still_wanted',
      case
        when text.status not in ('pending', 'scheduled', 'queued') then 'block'
        when text.scheduled_for > p_at then 'defer'
        else 'pass'
      end,
      case
        when text.status in ('pending', 'scheduled', 'queued') and text.scheduled_for > p_at then text.scheduled_for
      end,
      case
        when text.status not in ('pending', 'scheduled', 'queued') then format('the text is %s', text.status)
        when text.scheduled_for > p_at then format('its time is %s', herald.utc_text(text.scheduled_for))
        else 'it waits, and its time has come'
      end
    ),
    (
      3, 'not_expired',
      case when text.expires_at <= p_at then 'block' else 'pass' end,
      null,
      case
        when text.expires_at is null then 'it never expires'
        else format(
          'it %s at %s', case when text.expires_at <= p_at then 'expired' else 'expires' end,
          herald.utc_text(text.expires_at)
        )
      end
    ),
    (
      4, 'not_suppressed',
      case when suppressed.number_hash is not null then 'block' else 'pass' end,
      null,
      case
        when suppressed.number_hash is null then 'the number is not suppressed'
        else format(
          'the number is suppressed since %s: %s', herald.utc_text(suppressed.suppressed_at), suppressed.reason
        )
      end
    ),
    (
      5, 'not_opted_out',
      case when wishes.opted_out then 'block' else 'pass' end,
      null,
      case
        when wishes.opted_out
          then format('the user opted out at %s: %s', herald.utc_text(wishes.opted_out_at), wishes.opt_out_reason)
        else 'the user has not opted out'
      end
    ),
    (
      6, 'verified',
      case
        when wishes.phone_verified and wishes.phone_number = text.phone_number then 'pass'
        else 'block'
      end,
      null,
      case
        when wishes.user_id is null then 'the user has no SMS preferences, so no verified number'
        when wishes.phone_number is null then 'the user has no number'
        when wishes.phone_number <> text.phone_number then 'the number is not the user''s number'
        when wishes.phone_verified is not true then 'the user''s number is not verified'
        else format('the number was verified at %s', herald.utc_text(wishes.phone_verified_at))
      end
    ),
    (
      7, 'quiet_hours',
      case when quiet.until is not null then 'defer' else 'pass' end,
      quiet.until,
      case
        when quiet.until is not null
          then format('the user''s quiet hours for %s end at %s', quiet.event_type, herald.utc_text(quiet.until))
        else 'no quiet hours of an event'
      end
    )
  ) as gate (gate_order, gate, verdict, until, evidence);
$$;

comment on function herald.decide_sms(public.sms_messages[], timestamptz) is
$$One row for each text and gate, in the gates' order: pass, defer (until; null: until it is lifted) or block, and the
evidence. A text may go when all of them pass.$$;

revoke execute on function herald.decide_sms(public.sms_messages[], timestamptz) from public;
grant execute on function herald.decide_sms(public.sms_messages[], timestamptz) to herald_runner;
