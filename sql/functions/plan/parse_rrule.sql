-- A recurrence rule of RFC 5545 taken apart, or an error that says what is wrong with it.
--
-- An UNTIL that is a bare date is the whole of that day: the RFC leaves open what it means beside a start with a time
-- of day, and people who write it mean "that day included". A weekday is a number, Monday 1 to Sunday 7, with its
-- ordinal before it: TU is 2, 1TU is 12, -1FR is -15.
create or replace function herald.parse_rrule(
  p_argument text,
  p_rule text,
  out frequency text,
  out step integer,
  out months integer[],
  out month_days integer[],
  out week_days integer[],
  out hours integer[],
  out minutes integer[],
  out set_places integer[],
  out week_start integer,
  out total integer,
  out until_wall timestamp,
  out until_at timestamptz
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  c_weekday constant text := '(MO|TU|WE|TH|FR|SA|SU)';
  -- No locale has a say in what is upper case: in a Turkish one the capital of i is not I.
  v_rule constant text := regexp_replace(upper(p_rule collate "C"), '^RRULE:', '');
  v_part text;
  v_name text;
  v_value text;
  v_item text;
  v_given jsonb := '{}'::jsonb;
  v_wrong text;
  v_hint text := 'Write it as RFC 5545 does, for example FREQ=WEEKLY;BYDAY=MO,WE.';
begin
  foreach v_part in array coalesce(string_to_array(v_rule, ';'), '{}') loop
    v_name := split_part(v_part, '=', 1);
    v_value := substr(v_part, char_length(v_name) + 2);
    v_item := case v_name
      when 'FREQ' then '(DAILY|WEEKLY|MONTHLY|YEARLY)'
      when 'INTERVAL' then '0*[1-9][0-9]{0,3}'
      when 'COUNT' then '0*[1-9][0-9]{0,3}'
      when 'UNTIL' then '[0-9]{8}(T[0-9]{6}Z?)?'
      when 'WKST' then c_weekday
      when 'BYMONTH' then '(0?[1-9]|1[0-2])'
      when 'BYMONTHDAY' then '[+-]?(0?[1-9]|[12][0-9]|3[01])'
      when 'BYDAY' then '([+-]?(0?[1-9]|[1-4][0-9]|5[0-3]))?' || c_weekday
      when 'BYHOUR' then '([01]?[0-9]|2[0-3])'
      when 'BYMINUTE' then '[0-5]?[0-9]'
      when 'BYSETPOS' then '[+-]?0*([1-9][0-9]?|[12][0-9]{2}|3[0-5][0-9]|36[0-6])'
    end;

    if v_part !~ '^[A-Z-]+=' then
      v_wrong := case
        when herald.is_blank(v_rule) then 'it is empty'
        else format('%L is not a name, an equals sign and a value', left(v_part, 20))
      end;
    elsif v_given ? v_name then
      v_wrong := v_name || ' is there twice';
      v_hint := 'Give each part once, with commas between its values.';
    elsif v_name in ('BYSECOND', 'BYWEEKNO', 'BYYEARDAY') then
      v_wrong := v_name || ' is not supported';
      v_hint := 'Use BYMONTH, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE and BYSETPOS.';
    elsif v_item is null then
      v_wrong := left(v_name, 20) || ' is not a part of a rule';
      v_hint := 'The parts are FREQ, INTERVAL, COUNT or UNTIL, WKST, BYMONTH, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, '
        'BYSETPOS.';
    elsif v_name = 'FREQ' and v_value in ('SECONDLY', 'MINUTELY', 'HOURLY') then
      v_wrong := v_part || ' is not supported';
      v_hint := 'Use FREQ=DAILY with BYHOUR and BYMINUTE.';
    elsif v_value !~ (
      '^' || v_item || case when v_name like 'BY%' then '(,' || v_item || ')*' else '' end || '$'
    ) then
      v_wrong := format('%s cannot be %L', v_name, left(v_value, 20));
      v_hint := v_name || ' is ' || case v_name
        when 'FREQ' then 'DAILY, WEEKLY, MONTHLY or YEARLY.'
        when 'INTERVAL' then 'a number from 1 to 9999.'
        when 'COUNT' then 'a number from 1 to 9999; for more, use UNTIL.'
        when 'UNTIL' then 'YYYYMMDD, that day included, YYYYMMDDTHHMMSS on the wall clock, or YYYYMMDDTHHMMSSZ in UTC.'
        when 'WKST' then 'MO, TU, WE, TH, FR, SA or SU.'
        when 'BYMONTH' then '1 to 12, with commas between them.'
        when 'BYMONTHDAY' then '1 to 31, or -1 to -31 from the end, with commas between them.'
        when 'BYDAY' then 'MO, TU, WE, TH, FR, SA or SU, with 1 to 53 or -1 to -53 before it, and commas between them.'
        when 'BYHOUR' then '0 to 23, with commas between them.'
        when 'BYMINUTE' then '0 to 59, with commas between them.'
        when 'BYSETPOS' then '1 to 366, or -1 to -366 from the end, with commas between them.'
      end;
    end if;
    exit when v_wrong is not null;

    v_given := v_given || jsonb_build_object(v_name, v_value);
  end loop;

  if v_wrong is null and p_rule is not null then
    if v_rule = '' then
      v_wrong := 'it is empty';
    elsif not v_given ? 'FREQ' then
      v_wrong := 'FREQ is missing';
    elsif v_given ?& '{COUNT,UNTIL}' then
      v_wrong := 'COUNT and UNTIL are both there';
      v_hint := 'Give one of the two, or neither.';
    elsif v_given ? 'BYMONTHDAY' and v_given ->> 'FREQ' = 'WEEKLY' then
      v_wrong := 'BYMONTHDAY does not go with FREQ=WEEKLY';
      v_hint := 'Use FREQ=DAILY or FREQ=MONTHLY.';
    elsif v_given ->> 'BYDAY' ~ '[0-9]' and v_given ->> 'FREQ' in ('DAILY', 'WEEKLY') then
      v_wrong := format('BYDAY has an ordinal, which does not go with FREQ=%s', v_given ->> 'FREQ');
      v_hint := 'Use FREQ=MONTHLY or FREQ=YEARLY, or leave the number out.';
    elsif v_given ->> 'BYDAY' ~ '([6-9]|[1-9][0-9])[A-Z]' and (v_given ->> 'FREQ' = 'MONTHLY' or v_given ? 'BYMONTH') then
      v_wrong := 'BYDAY has an ordinal over 5, and no month has that many weeks';
      v_hint := 'Use 1 to 5 or -1 to -5, or FREQ=YEARLY without BYMONTH.';
    elsif v_given ? 'BYSETPOS' and not v_given ?| '{BYMONTH,BYMONTHDAY,BYDAY,BYHOUR,BYMINUTE}' then
      v_wrong := 'BYSETPOS has no other BY part to choose from';
      v_hint := 'Say what to choose from, for example FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1.';
    end if;
  end if;

  v_value := v_given ->> 'UNTIL';
  if v_wrong is null and v_value is not null then
    begin
      until_wall := make_timestamp(
        left(v_value, 4)::integer, substr(v_value, 5, 2)::integer, substr(v_value, 7, 2)::integer,
        coalesce(nullif(substr(v_value, 10, 2), ''), '23')::integer,
        coalesce(nullif(substr(v_value, 12, 2), ''), '59')::integer,
        coalesce(nullif(substr(v_value, 14, 2), ''), '59')::integer
      );
    exception
      when datetime_field_overflow then
        v_wrong := format('UNTIL cannot be %L, which no calendar or clock shows', v_value);
        v_hint := 'Use a day that there is.';
    end;
    if v_value like '%Z' then
      until_at := until_wall at time zone 'UTC';
      until_wall := null;
    end if;
  end if;

  if p_rule is null or v_wrong is not null then
    raise exception '% is not a recurrence rule: %', p_argument,
      coalesce(quote_literal(left(p_rule, 80)) || ', ' || v_wrong, 'null')
      using errcode = case when p_rule is null then '22004' else '22023' end, hint = v_hint;
  end if;

  frequency := v_given ->> 'FREQ';
  step := coalesce(v_given ->> 'INTERVAL', '1')::integer;
  total := (v_given ->> 'COUNT')::integer;
  months := string_to_array(v_given ->> 'BYMONTH', ',')::integer[];
  month_days := string_to_array(v_given ->> 'BYMONTHDAY', ',')::integer[];
  hours := string_to_array(v_given ->> 'BYHOUR', ',')::integer[];
  minutes := string_to_array(v_given ->> 'BYMINUTE', ',')::integer[];
  set_places := string_to_array(v_given ->> 'BYSETPOS', ',')::integer[];
  v_value := concat_ws(';', coalesce(v_given ->> 'WKST', 'MO'), v_given ->> 'BYDAY');
  for v_day in 1..7 loop
    v_value := replace(v_value, substr('MOTUWETHFRSASU', 2 * v_day - 1, 2), v_day::text);
  end loop;
  week_start := split_part(v_value, ';', 1)::integer;
  week_days := string_to_array(nullif(split_part(v_value, ';', 2), ''), ',')::integer[];
end;
$$;

comment on function herald.parse_rrule(text, text) is
$$The parts of a recurrence rule, null where it has none; INTERVAL and WKST have their defaults.

RRULE: before it and lower case are accepted. Errors: 22023 malformed, contradictory or not supported; 22004 null.$$;

revoke execute on function herald.parse_rrule(text, text) from public;
grant execute on function herald.parse_rrule(text, text) to herald_runner, herald_client;
