-- Which new texts can be queued as they are written: they are due within the lead, and nothing speaks against them.
-- That is plain of most texts, for a tenth of what decide_sms costs for one of them. A yes is the yes of all its gates
-- that planning hears, at the text's time; whatever is not plain is no yes, and is asked there.
create or replace function herald.ready_at_a_glance(p_texts public.sms_messages[], p_now timestamptz)
returns boolean[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once a session, also if the tables were empty at that time.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  return array(
    select
      case
        when wishes.user_id is not null then coalesce(
          text.recurrence_pattern is null
          and (text.scheduled_for <= p_now + setting.promote_lead) is not false
          and wishes.phone_verified
          and wishes.phone_number = coalesce(text.phone_number, wishes.phone_number)
          and wishes.opted_out is not true
          and suppressed.number_hash is null
          and (text.category is null or (to_jsonb(wishes) ->> kind.toggle_column)::boolean)
          -- What comes late may have expired by its category's default.
          and (text.scheduled_for < p_now) is not true
          and (
            (wishes.quiet_hours_start = wishes.quiet_hours_end) is not false
            or (text.priority = 'urgent' and coalesce(wishes.urgent_alerts, true))
            or not herald.is_quiet(
              coalesce(text.scheduled_for, p_now), wishes.quiet_hours_start, wishes.quiet_hours_end,
              coalesce(wishes.timezone, 'UTC'), setting.least_validity
            )
          )
          and not exists (
            select
            from herald.legal_windows as active
            where active.is_active
              and starts_with(wishes.phone_number, active.phone_prefix)
              and (active.category is null or active.category = text.category)
              and herald.is_quiet(
                coalesce(text.scheduled_for, p_now), active.closes, active.opens,
                coalesce(active.timezone, wishes.timezone, 'UTC'), setting.least_validity
              )
          ),
          false
        )
      end
    from unnest(p_texts) with ordinality as text
    cross join herald.settings as setting
    -- Looked up by their keys, as in decide_sms: a join may read all of them for one text.
    left join lateral (
      select * from public.user_sms_preferences as own where own.user_id = text.user_id offset 0
    ) as wishes on true
    left join lateral (
      select *
      from herald.suppressed_numbers as listed
      where listed.number_hash = herald.number_hash(wishes.phone_number)
      offset 0
    ) as suppressed on true
    left join herald.sms_categories as kind on kind.category = text.category
    order by text.ordinality
  );
end;
$$;

comment on function herald.ready_at_a_glance(public.sms_messages[], timestamptz) is
'Whether each of these new texts can be queued now: true if that is plain, false if not, null if its user has no SMS '
'preferences.';

revoke execute on function herald.ready_at_a_glance(public.sms_messages[], timestamptz) from public;
grant execute on function herald.ready_at_a_glance(public.sms_messages[], timestamptz) to herald_runner;
