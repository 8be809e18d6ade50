-- F113: columns of the preferences had no effect. Each one is changed here, alone, and each changes what happens; those
-- that only record what happened are named.
begin;
select plan(39);
set local timezone = 'UTC';

-- Whoever adds a column adds its line.
select columns_are(
  'public', 'user_sms_preferences',
  '{id, user_id, created_at, updated_at, phone_verified_at, opted_out_at, opt_out_reason, daily_count_reset_at,
    phone_number, phone_verified, task_reminders, daily_brief_sms, urgent_alerts, morning_kickoff_enabled, morning_kickoff_time,
    evening_recap_enabled, next_up_enabled, event_reminders_enabled, marketing_enabled, quiet_hours_start, quiet_hours_end, timezone,
    daily_sms_limit, hourly_sms_limit, daily_sms_count, opted_out}'::name[],
  'these are all the columns of user_sms_preferences'
);
select columns_are(
  'public', 'user_notification_preferences',
  '{id, user_id, created_at, updated_at, event_type,
    push_enabled, email_enabled, sms_enabled, in_app_enabled, priority, batch_enabled, batch_interval_minutes, quiet_hours_enabled,
    quiet_hours_start, quiet_hours_end, timezone, max_per_day, max_per_hour}'::name[],
  'and of user_notification_preferences'
);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences
set
  timezone = 'UTC', quiet_hours_start = '22:00', quiet_hours_end = '08:00', daily_sms_limit = 5, hourly_sms_limit = 5, daily_sms_count = 4,
  daily_count_reset_at = '2040-05-01 00:00+00', task_reminders = true, daily_brief_sms = true, urgent_alerts = true, next_up_enabled = true,
  event_reminders_enabled = true, marketing_enabled = true, evening_recap_enabled = true, morning_kickoff_enabled = true, morning_kickoff_time = '07:00';

-- What a text would do before and after a change, which is undone.
create function pg_temp.outcome(p_category text, p_priority text, p_at timestamptz) returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', gate, verdict, 'until ' || until::timestamp), ', ' order by gate_order), 'goes')
  from explain_sms(p_user_id => (select id from reader), p_category => p_category, p_priority => p_priority::sms_priority, p_at => p_at)
  where verdict <> 'pass';
$$;
create function pg_temp.after(p_change text, p_category text, p_priority text, p_at timestamptz) returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    execute 'update user_sms_preferences set ' || p_change;
    v_answer := pg_temp.outcome(p_category, p_priority, p_at);
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;
select is(
  array[pg_temp.outcome(category, priority, at::timestamptz), pg_temp.after(change, category, priority, at::timestamptz)],
  array[before, after], change
)
from (
  values
    ('phone_number = null', null, 'normal', '2040-05-01 12:00+00', 'goes', 'verified block'),
    ('phone_verified = false', null, 'normal', '2040-05-01 12:00+00', 'goes', 'verified block'),
    ('task_reminders = false', 'task_reminder', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('daily_brief_sms = false', 'daily_brief', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('urgent_alerts = false', 'urgent_alert', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('urgent_alerts = false', null, 'urgent', '2040-05-01 23:00+00', 'goes', 'quiet_hours defer until 2040-05-02 08:00:00'),
    ('morning_kickoff_enabled = false', 'morning_kickoff', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('evening_recap_enabled = false', 'evening_recap', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('next_up_enabled = false', 'next_up', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('event_reminders_enabled = false', 'event_reminder', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('marketing_enabled = false', 'marketing', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ('marketing_enabled = null', 'marketing', 'normal', '2040-05-01 12:00+00', 'goes', 'switched_on block'),
    ($$quiet_hours_end = '13:00'$$, null, 'normal', '2040-05-01 12:00+00', 'goes', 'quiet_hours defer until 2040-05-01 13:00:00'),
    ($$timezone = 'America/Los_Angeles'$$, null, 'normal', '2040-05-01 12:00+00', 'goes', 'quiet_hours defer until 2040-05-01 15:00:00'),
    ('daily_sms_limit = 4', null, 'normal', '2040-05-01 12:00+00', 'goes', 'limits defer until 2040-05-02 00:00:00'),
    ('hourly_sms_limit = 0', null, 'normal', '2040-05-01 12:00+00', 'goes', 'limits block'),
    ('daily_sms_count = 5', null, 'normal', '2040-05-01 12:00+00', 'goes', 'limits defer until 2040-05-02 00:00:00'),
    ('opted_out = true', null, 'normal', '2040-05-01 12:00+00', 'goes', 'not_opted_out block')
) as given (change, category, priority, at, before, after);
select is(pg_temp.after($$daily_sms_count = 5, daily_count_reset_at = '2040-05-02'$$, null, 'normal', '2040-05-02 12:00+00'), 'limits defer until 2040-05-03 00:00:00', 'daily_count_reset_at: of which day the count is');
select is(array[pg_temp.outcome(null, 'normal', '2040-05-01 21:30+00'), pg_temp.after($$quiet_hours_start = '21:00'$$, null, 'normal', '2040-05-01 21:30+00')], '{goes,"quiet_hours defer until 2040-05-02 08:00:00"}', 'quiet_hours_start');
select from herald.plan_routines(null, '2040-05-01 00:00+00');
update user_sms_preferences set morning_kickoff_time = '09:00';
select is((select (scheduled_for at time zone 'UTC')::time from sms_messages where routine = 'morning_kickoff' and status = 'scheduled'), '09:00', 'morning_kickoff_time');

-- Of an event.
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id in (select id from reader);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/1', 'k', 'a' from reader;
update user_notification_preferences
set push_enabled = true, email_enabled = true, sms_enabled = true, in_app_enabled = true, quiet_hours_enabled = false, quiet_hours_start = '10:00', quiet_hours_end = '13:00', timezone = 'UTC', priority = 'normal';
-- Channel, and hour it goes at, of an event for noon, or what became of it.
create function pg_temp.told(p_at timestamptz, p_change text) returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    execute 'update user_notification_preferences set ' || p_change;
    perform emit_notification_event('calendar.sync_failed', p_scheduled_for => p_at);
    perform emit_notification_event('calendar.sync_failed', p_scheduled_for => p_at);
    select string_agg(concat_ws(' ', channel, delivery.number, goes_at), ', ' order by channel, goes_at) into v_answer
    from (
      select delivery.channel, count(*) as number, to_char(coalesce(text.scheduled_for, delivery.scheduled_for), 'DD HH24:MI') as goes_at
      from notification_deliveries as delivery left join sms_messages as text on text.notification_delivery_id = delivery.id
      where delivery.suppressed_reason is null
      group by 1, 3
    ) as delivery;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;
select is(pg_temp.told('2040-05-01 12:00+00', change), answer, change)
from (
  values
    ('updated_at = now()', 'email 2 01 12:00, in_app 2 01 12:00, push 2 01 12:00, sms 2 01 12:00'),
    ('push_enabled = false', 'email 2 01 12:00, in_app 2 01 12:00, sms 2 01 12:00'),
    ('email_enabled = false', 'in_app 2 01 12:00, push 2 01 12:00, sms 2 01 12:00'),
    ('sms_enabled = false', 'email 2 01 12:00, in_app 2 01 12:00, push 2 01 12:00'),
    ('in_app_enabled = false', 'email 2 01 12:00, push 2 01 12:00, sms 2 01 12:00'),
    ('max_per_day = 1', 'email 1 01 12:00, in_app 1 01 12:00, push 1 01 12:00, sms 1 01 12:00'),
    ('max_per_hour = 1', 'email 1 01 12:00, in_app 1 01 12:00, push 1 01 12:00, sms 1 01 12:00'),
    ('quiet_hours_enabled = true', 'email 2 01 13:00, in_app 2 01 12:00, push 2 01 13:00, sms 2 01 13:00'),
    ($$quiet_hours_enabled = true, quiet_hours_start = '12:01'$$, 'email 2 01 12:00, in_app 2 01 12:00, push 2 01 12:00, sms 2 01 12:00'),
    ($$quiet_hours_enabled = true, quiet_hours_end = '14:00'$$, 'email 2 01 14:00, in_app 2 01 12:00, push 2 01 14:00, sms 2 01 14:00'),
    ($$quiet_hours_enabled = true, timezone = 'Europe/Berlin'$$, 'email 2 01 12:00, in_app 2 01 12:00, push 2 01 12:00, sms 2 01 12:00'),
    ($$quiet_hours_enabled = true, priority = 'urgent'$$, 'email 2 01 12:00, in_app 2 01 12:00, push 2 01 12:00, sms 2 01 12:00')
) as given (change, answer);

-- Gathering is for what has no time of its own.
create function pg_temp.gathered(p_change text) returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    execute 'update user_notification_preferences set ' || p_change;
    perform emit_notification_event('calendar.sync_failed');
    select coalesce((select 'until ' || (due_at - now())::text from herald.notification_digests), 'told at once') into v_answer;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;
select is(pg_temp.gathered('updated_at = now()'), 'told at once', 'batch_enabled: off');
select is(pg_temp.gathered('batch_enabled = true, batch_interval_minutes = 20'), 'until 00:20:00', 'batch_enabled: on');
select is(pg_temp.gathered('batch_enabled = true, batch_interval_minutes = 40'), 'until 00:40:00', 'batch_interval_minutes');
select is(pg_temp.gathered($$batch_enabled = true, batch_interval_minutes = 40, priority = 'urgent'$$), 'told at once', 'priority: urgent is not gathered');

select * from finish();
rollback;
