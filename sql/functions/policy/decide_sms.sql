-- Whether texts may go, each at its instant, and why (not): every gate speaks for every text. The claim, the planning,
-- and whoever asks for an explanation or a preview, ask here; nobody else decides. Takes whole rows, so that a text
-- that does not exist (yet) can be asked about too.
--
-- A text that would have to wait until it is worth nothing any more is blocked by what makes it wait.
create or replace function herald.decide_sms(
  p_texts public.sms_messages[],
  p_at timestamptz[],
  p_sender text default null,
  p_is_brief boolean default false
)
returns table (
  place bigint,
  message_id uuid,
  gate_order integer,
  gate text,
  verdict text,
  until timestamptz,
  evidence text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each array costs more than the answer. That may be while tables are empty.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
begin
  return query
  with asked as materialized (
    select
      text.ordinality as place, given.at, setting.least_validity, setting.kill_switch,
      text.id, text.user_id, text.phone_number, text.status, text.scheduled_for, text.expires_at, text.category,
      wishes.opted_out, wishes.opted_out_at, wishes.opt_out_reason,
      wishes.user_id is not null as has_wishes, wishes.phone_number as own_number, wishes.phone_verified,
      wishes.phone_verified_at, wishes.quiet_hours_start, wishes.quiet_hours_end,
      coalesce(wishes.timezone, 'UTC') as zone,
      suppressed.suppressed_at, suppressed.reason as suppressed_for,
      kind.toggle_column,
      case when kind.category is not null then (to_jsonb(wishes) ->> kind.toggle_column)::boolean end as is_wanted,
      event.event_type, subscription.is_active as is_subscribed, hours.sms_enabled as by_sms,
      event.redacted_at is not null as is_redacted,
      known.is_admin_only or coalesce(subscription.admin_only, false) as is_for_admins,
      case when delivery.digest_id is not null then delivery.expires_at end as told_until,
      case when hours.quiet_hours_enabled then hours.quiet_hours_start end as event_quiet_start,
      hours.quiet_hours_end as event_quiet_end, coalesce(hours.timezone, 'UTC') as event_zone,
      -- An urgent text wakes whoever wants to be woken.
      (text.priority is not distinct from 'urgent' and coalesce(wishes.urgent_alerts, true)) or proof.id is not null
        as is_alarm,
      -- The user is waiting for it, and what it proves cannot be asked of it.
      proof.id is not null as is_code, wishes.phone_number is distinct from text.phone_number as is_other_number,
      sender.paused_until, sender.pause_reason, sender.rate_per_second,
      case when sender.rate_per_second is not null then sender.next_slot_at end as next_slot_at
    from unnest(p_texts) with ordinality as text
    inner join herald.settings as setting on setting.is_only_row
    cross join lateral (select p_at[least(text.ordinality, cardinality(p_at))::integer] as at) as given
    -- What grows is looked up by its key for each text: without the offsets, a plan that was made while these tables
    -- were empty would read them whole until they are analyzed.
    left join lateral (
      select * from public.user_sms_preferences as own where own.user_id = text.user_id offset 0
    ) as wishes on true
    left join lateral (
      select * from herald.suppressed_numbers as listed where listed.number_hash = herald.number_hash(text.phone_number)
      offset 0
    ) as suppressed on true
    left join herald.sms_categories as kind on kind.category = text.category
    left join lateral (
      select *
      from herald.phone_verifications as code
      where text.category = 'verification'
        and code.message_id = text.id
        and code.phone_number = text.phone_number
        and code.ended_at is null
      offset 0
    ) as proof on true
    left join lateral (
      select * from public.notification_deliveries as carried where carried.id = text.notification_delivery_id offset 0
    ) as delivery on true
    left join lateral (
      select * from public.notification_events as told where told.id = delivery.event_id offset 0
    ) as event on true
    left join herald.event_types as known on known.event_type = event.event_type
    left join lateral (
      select *
      from public.notification_subscriptions as own
      where own.user_id = text.user_id and own.event_type = event.event_type
      offset 0
    ) as subscription on true
    left join lateral (
      select *
      from public.user_notification_preferences as own
      where own.user_id = text.user_id and own.event_type = event.event_type
      offset 0
    ) as hours on true
    left join herald.senders as sender on sender.sender = p_sender
  ),
  timed as materialized (
    select
      asked.*, legal.until as legal_until, legal.next as legal_next, law.sources as laws,
      quiet.until as quiet_until, quiet.next as quiet_next, wish.spans is not null as has_quiet_hours
    from asked
    cross join lateral (
      select
        range_agg(tstzrange(span.begins_at - asked.least_validity, span.ends_at, '()')) as spans,
        string_agg(distinct active.source, '; ') as sources
      from herald.legal_windows as active
      cross join lateral herald.quiet_spans(
        asked.at, active.closes, active.opens, coalesce(active.timezone, asked.zone)
      ) as span
      where active.is_active
        and starts_with(asked.phone_number, active.phone_prefix)
        and (active.category is null or active.category = asked.category)
    ) as law
    cross join lateral (
      select range_agg(tstzrange(span.begins_at - asked.least_validity, span.ends_at, '()')) as spans
      from (
        select asked.quiet_hours_start, asked.quiet_hours_end, asked.zone
        union all
        select asked.event_quiet_start, asked.event_quiet_end, asked.event_zone
      ) as wanted (begins, ends, zone)
      cross join lateral herald.quiet_spans(asked.at, wanted.begins, wanted.ends, wanted.zone) as span
      where wanted.begins <> wanted.ends
    ) as wish
    -- Hours that go on in others end when all of them do.
    cross join lateral (
      select
        max(upper(span)) filter (where span @> asked.at) as until,
        min(lower(span)) filter (where lower(span) >= asked.at) + asked.least_validity as next
      from unnest(law.spans) as span
    ) as legal
    cross join lateral (
      select
        max(upper(span)) filter (where span @> asked.at) as until,
        min(lower(span)) filter (where lower(span) >= asked.at) + asked.least_validity as next
      from unnest(wish.spans) as span
    ) as quiet
  ),
  spoken as materialized (
    select timed.place, timed.id, timed.user_id, timed.at, timed.expires_at, gate.*
    from timed
    cross join lateral (
      -- No values: the executor would make their expressions ready anew for each text.
      select
        1, 'kill_switch',
        case when timed.kill_switch then 'defer' else 'pass' end,
        null::timestamptz,
        case when timed.kill_switch then 'all sending is switched off' else 'sending is on' end
      union all
      select
        2, 'still_wanted',
        case
          when timed.status not in ('pending', 'scheduled', 'queued') or timed.is_redacted then 'block'
          when timed.scheduled_for > timed.at then 'defer'
          else 'pass'
        end,
        case
          when timed.status in ('pending', 'scheduled', 'queued') and timed.scheduled_for > timed.at
            then timed.scheduled_for
        end,
        case
          when timed.status not in ('pending', 'scheduled', 'queued') then format('the text is %s', timed.status)
          when timed.is_redacted then 'the event''s content was removed'
          when timed.scheduled_for > timed.at then format('its time is %s', herald.utc_text(timed.scheduled_for))
          else 'it waits, and its time has come'
        end
      union all
      select
        3, 'not_expired',
        case
          when timed.expires_at <= timed.at then 'block'
          -- What of a digest has expired is taken out of it by the next tick.
          when timed.told_until <= timed.at then 'defer'
          else 'pass'
        end,
        case
          when timed.expires_at <= timed.at then null
          when timed.told_until <= timed.at then timed.at + interval '1 second'
          else least(timed.told_until, timed.expires_at)
        end,
        case
          when timed.expires_at > timed.at and timed.told_until <= timed.at
            then format('a part of it expired at %s, and the rest is told anew', herald.utc_text(timed.told_until))
          when p_is_brief and (timed.expires_at <= timed.at) is not true then null
          when timed.expires_at is null then 'it never expires'
          else format(
            'it %s at %s', case when timed.expires_at <= timed.at then 'expired' else 'expires' end,
            herald.utc_text(timed.expires_at)
          )
        end
      union all
      select
        4, 'not_suppressed',
        case when timed.suppressed_at is not null then 'block' else 'pass' end,
        null,
        case
          when timed.suppressed_at is null then 'the number is not suppressed'
          -- Why is for whoever has proved that the number is theirs: they read this.
          when timed.phone_verified and timed.own_number = timed.phone_number
            then format(
              'the number is suppressed since %s: %s', herald.utc_text(timed.suppressed_at), timed.suppressed_for
            )
          else format('the number is suppressed since %s', herald.utc_text(timed.suppressed_at))
        end
      union all
      select
        5, 'not_opted_out',
        case when timed.opted_out and not (timed.is_code and timed.is_other_number) then 'block' else 'pass' end,
        null,
        case
          when timed.opted_out and timed.is_code and timed.is_other_number
            then 'the user opted out with another number'
          when timed.opted_out
            then format('the user opted out at %s: %s', herald.utc_text(timed.opted_out_at), timed.opt_out_reason)
          else 'the user has not opted out'
        end
      union all
      select
        6, 'verified',
        case
          when timed.is_code or (timed.phone_verified and timed.own_number = timed.phone_number) then 'pass'
          else 'block'
        end,
        null,
        case
          when timed.is_code then 'it carries the code that verifies the number'
          when not timed.has_wishes then 'the user has no SMS preferences, so no verified number'
          when timed.own_number is null then 'the user has no number'
          when timed.own_number <> timed.phone_number then 'the number is not the user''s number'
          when timed.phone_verified is not true then 'the user''s number is not verified'
          when not p_is_brief then format('the number was verified at %s', herald.utc_text(timed.phone_verified_at))
        end
      union all
      select
        7, 'switched_on',
        case
          when timed.toggle_column is not null and timed.is_wanted is not true then 'block'
          when timed.event_type is not null and (timed.is_subscribed and timed.by_sms) is not true then 'block'
          when timed.is_for_admins and (timed.user_id in (select herald.admin_user_ids())) is not true then 'block'
          else 'pass'
        end,
        null,
        case
          when timed.toggle_column is not null and timed.is_wanted is not true
            then format('the user does not want %s texts (%s)', timed.category, timed.toggle_column)
          when timed.event_type is not null and timed.is_subscribed is not true
            then format('the user is not subscribed to %s (any more)', timed.event_type)
          when timed.event_type is not null and timed.by_sms is not true
            then format('the user does not want %s by text', timed.event_type)
          when timed.is_for_admins and (timed.user_id in (select herald.admin_user_ids())) is not true
            then format('%s is for administrators, and the user is none (any more)', timed.event_type)
          when timed.toggle_column is not null then format('the user wants %s texts', timed.category)
          when timed.event_type is not null then format('the user wants %s by text', timed.event_type)
          else 'it has no category that could be switched off'
        end
      union all
      select
        8, 'legal_window',
        case when timed.legal_until is not null then 'defer' else 'pass' end,
        coalesce(timed.legal_until, timed.legal_next),
        case
          when timed.laws is null then 'no legal window is in force for it'
          when timed.legal_until is not null
            then format('closed until %s: %s', herald.utc_text(timed.legal_until), timed.laws)
          when not p_is_brief then format('open until %s: %s', herald.utc_text(timed.legal_next), timed.laws)
        end
      union all
      select
        9, 'quiet_hours',
        case when timed.quiet_until is not null and not timed.is_alarm then 'defer' else 'pass' end,
        case when not timed.is_alarm then coalesce(timed.quiet_until, timed.quiet_next) end,
        case
          when not timed.has_quiet_hours then 'no quiet hours'
          when not p_is_brief or timed.quiet_until is not null then (
            select
              format(
                case
                  when timed.is_alarm then 'urgent passes the quiet hours %1$s'
                  when timed.quiet_until is not null then 'quiet hours %1$s until %2$s'
                  else 'outside the quiet hours %1$s'
                end,
                string_agg(
                  distinct format(
                    '%s to %s %s%s', to_char(wanted.begins, 'HH24:MI'), to_char(wanted.ends, 'HH24:MI'), wanted.zone,
                    wanted.what
                  ),
                  ' and '
                ),
                herald.utc_text(timed.quiet_until)
              )
            from (
              values
              (timed.quiet_hours_start, timed.quiet_hours_end, timed.zone, ''),
              (timed.event_quiet_start, timed.event_quiet_end, timed.event_zone, ' for ' || timed.event_type)
            ) as wanted (begins, ends, zone, what)
            where wanted.begins <> wanted.ends
          )
        end
      union all
      select
        11, 'sender_rate',
        case when greatest(timed.paused_until, timed.next_slot_at) > timed.at then 'defer' else 'pass' end,
        case
          when greatest(timed.paused_until, timed.next_slot_at) > timed.at
            then greatest(timed.paused_until, timed.next_slot_at)
        end,
        case
          when timed.paused_until > timed.at
            then format('the sender is paused until %s: %s', herald.utc_text(timed.paused_until), timed.pause_reason)
          when timed.next_slot_at > timed.at then format('the sender takes %s a second', timed.rate_per_second)
          else 'the sender is ready'
        end
    ) as gate (gate_order, gate, verdict, until, evidence)
  ),
  counted as materialized (
    select
      given.places[limits.place] as place, given.ids[limits.place] as id, given.expiries[limits.place] as expires_at,
      limits.verdict, limits.until, limits.evidence
    from (
      select
        array_agg(spoken.place order by spoken.place) as places,
        array_agg(spoken.id order by spoken.place) as ids,
        array_agg(spoken.user_id order by spoken.place) as user_ids,
        array_agg(spoken.at order by spoken.place) as ats,
        array_agg(spoken.expires_at order by spoken.place) as expiries,
        array_agg(spoken.passes order by spoken.place) as pass
      from (
        select place, id, user_id, at, expires_at, bool_and(verdict = 'pass') as passes
        from spoken
        group by place, id, user_id, at, expires_at
      ) as spoken
    ) as given
    cross join lateral herald.count_against_limits(given.user_ids, given.ats, given.pass, p_is_brief) as limits
  )
  select
    said.place, said.id, said.gate_order, said.gate,
    case when said.is_too_late then 'block' else said.verdict end,
    case when not said.is_too_late then said.until end,
    said.evidence
      || case when said.is_too_late then ', and it expires at ' || herald.utc_text(said.expires_at) else '' end
  from (
    select
      each.*,
      coalesce(
        each.verdict = 'defer' and each.until >= each.expires_at and each.gate <> 'sender_rate', false
      ) as is_too_late
    from (
      select place, id, expires_at, gate_order, gate, verdict, until, evidence from spoken
      union all
      select
        counted.place, counted.id, counted.expires_at, 10, 'limits',
        case when asked.is_code then 'pass' else counted.verdict end,
        case when not asked.is_code then counted.until end,
        case when asked.is_code then 'codes have limits of their own' else counted.evidence end
      from counted
      inner join asked on asked.place = counted.place
    ) as each
  ) as said
  where not p_is_brief or said.verdict <> 'pass' or said.until is not null
  order by said.place, said.gate_order;
end;
$$;

comment on function herald.decide_sms(public.sms_messages[], timestamptz[], text, boolean) is
$$One row for each text and gate, in the gates' order: pass (until; null: for good), defer (until; null: until it is
lifted) or block, and the evidence. A text may go when all of them pass.

p_at: the instant of each text; the last one serves for all that follow. p_sender: from whom, for the last gate.
p_is_brief: only the rows that do not pass, or not for good, and no evidence of those that do. place: where the text
stands in p_texts. Limits count what was counted before, and those of these texts that pass every other
gate and come earlier: whoever then counts them holds their users' rows of user_sms_preferences.$$;

revoke execute on function herald.decide_sms(public.sms_messages[], timestamptz[], text, boolean) from public;
grant execute on function herald.decide_sms(public.sms_messages[], timestamptz[], text, boolean) to herald_runner;
