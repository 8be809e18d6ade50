-- How many users can be texted, and how well it went lately.
create or replace function public.get_sms_notification_stats(p_interval text default '24 hours')
returns table (
  total_users_with_phone bigint,
  users_phone_verified bigint,
  users_sms_enabled bigint,
  users_opted_out bigint,
  phone_verification_rate numeric,
  sms_adoption_rate numeric,
  opt_out_rate numeric,
  total_sms_sent_24h bigint,
  sms_delivery_rate_24h numeric,
  avg_sms_delivery_time_seconds numeric
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since constant timestamptz := now() - herald.require_interval('p_interval', p_interval);
begin
  return query
  with users as (
    select
      count(*) as with_phone,
      count(*) filter (where phone_verified) as verified,
      count(*) filter (where phone_verified and not opted_out) as enabled,
      count(*) filter (where opted_out) as opted_out
    from public.user_sms_preferences
    where phone_number is not null
  ),
  texts as (
    select
      count(*) as sent,
      count(*) filter (where delivered_at is not null) as delivered,
      avg(extract(epoch from delivered_at - sent_at)) as seconds
    from public.sms_messages
    where sent_at >= v_since
  )
  select
    users.with_phone, users.verified, users.enabled, users.opted_out,
    herald.percent(users.verified, users.with_phone), herald.percent(users.enabled, users.with_phone),
    herald.percent(users.opted_out, users.with_phone), texts.sent, herald.percent(texts.delivered, texts.sent),
    coalesce(round(texts.seconds, 2), 0)
  from users
  cross join texts;
end;
$$;

comment on function public.get_sms_notification_stats(text) is
$$One row: users with a number, what share of them can be texted, and how the texts of the last p_interval fared.

Rates are percent, of the users with a number or of the texts sent.

users_sms_enabled: verified and not opted out.
total_sms_sent_24h, sms_delivery_rate_24h: go by p_interval, whatever their names say.

Errors: 22023 and 22004 p_interval is no length of time.

Example: {"p_interval": "7 days"}$$;

revoke execute on function public.get_sms_notification_stats(text) from public;
grant execute on function public.get_sms_notification_stats(text) to herald_runner;
