-- Texts against their users' limits, each at its instant: what was counted before, and those of these that come
-- earlier. A day is a day of the user, an hour is any hour. Whoever counts by this holds the users' rows of
-- user_sms_preferences.
--
-- A loop, because whether one may go depends on which of the earlier ones went.
create or replace function herald.count_against_limits(
  p_user_ids uuid[],
  p_at timestamptz[],
  p_consumes boolean[],
  p_is_brief boolean default false
)
returns table (place bigint, verdict text, until timestamptz, evidence text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each array costs more than the answer. That may be while tables are empty.
set plan_cache_mode = 'force_generic_plan'
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_text record;
  v_user_id uuid;
  v_day date;
  v_on_day integer;
  v_hour timestamptz[];
begin
  for v_text in
    select
      asked.*, wishes.hourly_sms_limit as hourly_limit, zones.zone,
      max(asked.at) over (partition by asked.user_id) as last_at,
      coalesce(wishes.daily_sms_limit, setting.default_daily_limit) as daily_limit,
      (asked.at at time zone zones.zone)::date as day,
      case
        when isfinite(wishes.daily_count_reset_at) then (wishes.daily_count_reset_at at time zone zones.zone)::date
      end as counted_day,
      coalesce(wishes.daily_sms_count, 0) as counted
    from unnest(p_user_ids, p_at, p_consumes) with ordinality as asked (user_id, at, consumes, place)
    -- By its key: before 18, a sequential scan that is switched off and unavoidable hides what the rest costs.
    inner join herald.settings as setting on setting.is_only_row
    -- Looked up for each: a join in the order of the users may begin with the first of them all.
    left join lateral (
      select hourly_sms_limit, daily_sms_limit, daily_count_reset_at, daily_sms_count, timezone
      from public.user_sms_preferences
      where user_id = asked.user_id
      offset 0
    ) as wishes on true
    -- Asked once: without the offset it would be at each place that it is used.
    cross join lateral (select herald.known_zone(wishes.timezone) as zone offset 0) as zones
    order by asked.user_id, asked.at, asked.place
  loop
    if v_text.user_id is distinct from v_user_id then
      v_user_id := v_text.user_id;
      v_day := null;
      v_hour := case
        when v_text.hourly_limit > 0 then array(
          select message.counted_at
          from public.sms_messages as message
          where message.user_id = v_user_id
            and message.counted_at > v_text.at - interval '1 hour'
            -- Later ones count, too: another runner's clock may be ahead. What came long after is another story.
            and message.counted_at < v_text.last_at + interval '1 hour'
          order by message.counted_at
        )
      end;
    end if;
    if v_day is distinct from v_text.day then
      v_day := v_text.day;
      v_on_day := case
        when v_text.counted_day = v_day then v_text.counted
        -- A day that is over by another clock: its texts tell.
        when v_text.counted_day > v_day then (
          select count(*)
          from public.sms_messages as message
          where message.user_id = v_user_id
            and message.counted_at >= v_day::timestamp at time zone v_text.zone
            and message.counted_at < (v_day + 1)::timestamp at time zone v_text.zone
        )
        else 0
      end;
    end if;
    while v_hour[1] <= v_text.at - interval '1 hour' loop
      v_hour := v_hour[2:];
    end loop;

    place := v_text.place;
    until := greatest(
      case
        when v_on_day >= v_text.daily_limit then (v_day + 1)::timestamp at time zone v_text.zone
      end,
      case
        when cardinality(v_hour) >= v_text.hourly_limit
          then v_hour[cardinality(v_hour) - v_text.hourly_limit + 1] + interval '1 hour'
      end
    );
    verdict := case
      when v_text.daily_limit = 0 or v_text.hourly_limit = 0 then 'block'
      when until is not null then 'defer'
      else 'pass'
    end;
    if verdict = 'block' then
      until := null;
    end if;
    evidence := null;
    if verdict <> 'pass' or not p_is_brief then
      evidence := coalesce(
        nullif(
          concat_ws(
            ', ',
            case
              when v_text.daily_limit is not null
                then format('%s of %s texts of the local day are used', v_on_day, v_text.daily_limit)
            end,
            case
              when v_text.hourly_limit is not null
                then format('%s of %s of the hour', coalesce(cardinality(v_hour), 0), v_text.hourly_limit)
            end
          ),
          ''
        ),
        'no limit'
      );
    end if;
    return next;

    if verdict = 'pass' and v_text.consumes then
      v_on_day := v_on_day + 1;
      v_hour := v_hour || v_text.at;
    end if;
  end loop;
end;
$$;

comment on function herald.count_against_limits(uuid[], timestamptz[], boolean[], boolean) is
$$A row for each text, told by its place in the arrays: pass, defer (until) or block, and how much of the limits is
used.

p_consumes: whether it would take up some of the limits, because nothing else stops it. p_is_brief: no evidence with a
pass.$$;

revoke execute on function herald.count_against_limits(uuid[], timestamptz[], boolean[], boolean) from public;
grant execute on function herald.count_against_limits(uuid[], timestamptz[], boolean[], boolean) to herald_runner;
