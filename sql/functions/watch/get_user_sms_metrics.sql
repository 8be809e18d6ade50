-- One user's texts, day by day, up to today.
create or replace function public.get_user_sms_metrics(p_user_id uuid, p_days integer default 30)
returns table (
  metric_date date,
  scheduled_count integer,
  sent_count integer,
  delivered_count integer,
  failed_count integer,
  llm_cost_usd numeric,
  delivery_rate numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_today constant date := (now() at time zone 'UTC')::date;
begin
  if p_user_id is null then
    raise exception 'p_user_id is null'
      using errcode = '22004', hint = 'Give the user.';
  end if;
  if p_days is null or p_days not between 1 and 3660 then
    raise exception 'p_days is not between 1 and 3660: %', coalesce(p_days::text, 'null')
      using errcode = '22023', hint = 'Give the number of days, today included.';
  end if;

  return query
  select
    days.day, days.scheduled_count, days.sent_count, days.delivered_count, days.failed_count, 0::numeric,
    herald.percent(days.delivered_count, days.sent_count)
  from herald.sms_days(v_today - p_days + 1, v_today, p_user_id) as days
  order by days.day;
end;
$$;

comment on function public.get_user_sms_metrics(uuid, integer) is
$$One row for each of the last p_days UTC days, today included, zeros where there was nothing.

delivery_rate: percent of the texts sent that day.

Errors: 22004 no user; 22023 days that make no sense.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_days": 7}$$;

revoke execute on function public.get_user_sms_metrics(uuid, integer) from public;
grant execute on function public.get_user_sms_metrics(uuid, integer) to herald_runner;
