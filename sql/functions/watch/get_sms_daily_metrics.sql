-- Texts day by day, for a dashboard.
create or replace function public.get_sms_daily_metrics(p_start_date date, p_end_date date)
returns table (
  metric_date date,
  scheduled_count integer,
  sent_count integer,
  delivered_count integer,
  failed_count integer,
  cancelled_count integer,
  avg_delivery_time_ms numeric,
  avg_generation_time_ms numeric,
  llm_success_count integer,
  template_fallback_count integer,
  delivery_success_rate numeric,
  llm_success_rate numeric,
  llm_cost_usd numeric,
  sms_cost_usd numeric,
  opt_out_count integer,
  quiet_hours_skip_count integer,
  daily_limit_hit_count integer,
  delivery_rate_percent numeric,
  llm_success_rate_percent numeric,
  active_users integer
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_start_date is null or p_end_date is null then
    raise exception 'p_start_date or p_end_date is null'
      using errcode = '22004', hint = 'Give both dates; the same one twice for a single day.';
  end if;
  if p_end_date < p_start_date or p_end_date - p_start_date > 3660 then
    raise exception 'p_start_date % to p_end_date % is no span of up to ten years', p_start_date, p_end_date
      using errcode = '22023', hint = 'Give the earlier date first.';
  end if;

  return query
  select
    days.day, days.scheduled_count, days.sent_count, days.delivered_count, days.failed_count, days.cancelled_count,
    days.delivery_ms, 0::numeric, 0, 0, herald.percent(days.delivered_count, days.sent_count), 0::numeric, 0::numeric,
    days.segment_count * setting.price_per_segment,
    coalesce((select daily.opt_outs from public.daily_opt_outs as daily where daily.day = days.day), 0)::integer,
    days.quiet_hours_count, days.limit_count, herald.percent(days.delivered_count, days.sent_count), 0::numeric,
    days.active_users
  from herald.sms_days(p_start_date, p_end_date) as days
  cross join herald.settings as setting
  order by days.day;
end;
$$;

comment on function public.get_sms_daily_metrics(date, date) is
$$One row for each UTC day from p_start_date to p_end_date, zeros where there was nothing.

Rates are percent of the day's sent texts. Generation and llm columns are 0: nothing here writes texts.

sms_cost_usd: segments sent that day times herald.settings.price_per_segment.

Errors: 22004 a date is null; 22023 the span is none.

Example: {"p_start_date": "2026-01-01", "p_end_date": "2026-01-31"}$$;

revoke execute on function public.get_sms_daily_metrics(date, date) from public;
grant execute on function public.get_sms_daily_metrics(date, date) to herald_runner;
