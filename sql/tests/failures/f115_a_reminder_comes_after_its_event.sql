-- F115: a reminder came after its event. Whatever makes it late (its series, quiet hours, a limit, a runner that was
-- away), it ends then, with the reason.
begin;
select plan(7);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
create function pg_temp.after(p_wishes text, p_ticks timestamptz[]) returns text language plpgsql as $$
declare
  v_id uuid;
  v_tick timestamptz;
begin
  update user_sms_preferences
  set timezone = 'UTC', quiet_hours_start = null, quiet_hours_end = null, daily_sms_limit = 1000, hourly_sms_limit = null, daily_sms_count = 0;
  execute 'update user_sms_preferences set ' || p_wishes;
  -- The event is at 13:00.
  v_id := queue_sms_message((select id from reader), null, 'the event', p_scheduled_for => '2040-05-01 12:00+00', p_expires_at => '2040-05-01 13:00+00');
  foreach v_tick in array p_ticks loop
    perform tick(v_tick);
    perform claim_sms('a sender', p_now => v_tick);
  end loop;
  return (select status || coalesce(' ' || split_part(cancel_reason, ':', 1), '') from sms_messages where id = v_id);
end $$;

select is(pg_temp.after(wishes, ticks::timestamptz[]), answer, sentence)
from (
  values
    ('updated_at = now()', '{2040-05-01 12:00+00}', 'sending', 'in time it goes'),
    ('updated_at = now()', '{2040-05-01 11:57+00, 2040-05-01 13:00+00}', 'cancelled not_expired', 'no runner until the event'),
    ('updated_at = now()', '{2040-05-01 18:00+00}', 'cancelled not_expired', 'no tick until the event'),
    ($$quiet_hours_start = '11:00', quiet_hours_end = '13:30'$$, '{2040-05-01 11:57+00}', 'cancelled quiet_hours', 'quiet hours until after the event'),
    ($$daily_sms_limit = 1, daily_sms_count = 1, daily_count_reset_at = '2040-05-01'$$, '{2040-05-01 12:00+00}', 'cancelled limits', 'the day is used up')
) as given (wishes, ticks, answer, sentence);
select is(
  (select validity_seconds from claim_sms('a sender', p_now => '2040-05-02 12:30+00')), null, 'nothing is left to send'
);
select from pg_temp.after('updated_at = now()', '{2040-05-01 11:57+00}');
select is((select validity_seconds from claim_sms('a sender', p_now => '2040-05-01 12:30+00')), 1800, 'and the provider is told not to deliver it later');

select * from finish();
rollback;
