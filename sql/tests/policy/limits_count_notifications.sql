-- max_per_hour counts in every hour that a notification would fall into, max_per_day on the day of the preferences'
-- zone. What is over them is suppressed with the figures; 0 means none, and null no limit.
begin;
select plan(22);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

-- At any instant, as tick() and emit would do it.
create function pg_temp.tell(p_at timestamptz) returns text language plpgsql as $$
declare
  v_id uuid := gen_random_uuid();
begin
  insert into notification_events (id, event_type, event_source) values (v_id, 'calendar.sync_failed', 'api_action');
  perform herald.deliver_notifications(array[v_id], array(select id from reader), null, p_at);
  return coalesce(
    (select split_part(reason, ':', 1) from notification_suppressions where event_id = v_id and channel = 'in_app'), 'told'
  );
end $$;

update user_notification_preferences set max_per_hour = 2;
select is(pg_temp.tell('2030-05-01 12:00+00'), 'told', 'the first of two in an hour');
select is(pg_temp.tell('2030-05-01 12:30+00'), 'told', 'the second');
select is(pg_temp.tell('2030-05-01 12:59:59+00'), 'max_per_hour', 'the third is one too many');
select is(
  (select reason from notification_suppressions where channel = 'in_app'), 'max_per_hour: 2 of 2 in the hour are taken', 'and that is on record'
);
select is(pg_temp.tell('2030-05-01 13:00+00'), 'told', 'an hour after the first there is room');
select is(pg_temp.tell('2030-05-01 13:00+00'), 'max_per_hour', 'for one');
select is(pg_temp.tell('2030-05-01 11:31+00'), 'max_per_hour', 'hours that have yet to come count as well');
select is(pg_temp.tell('2030-05-01 11:30+00'), 'told', 'as far as they reach');
select is(
  (select count(*) from notification_suppressions where channel = 'sms' and reason like 'switched_off%'), 7::bigint,
  'a channel that is off says that it is off'
);

update user_notification_preferences set max_per_hour = null, max_per_day = 2, timezone = 'Pacific/Auckland';
-- Auckland is twelve hours ahead: its day changes at noon UTC.
select is(pg_temp.tell('2031-05-01 11:58+00'), 'told', 'the first of a local day');
select is(pg_temp.tell('2031-05-01 11:59+00'), 'told', 'the second');
select is(pg_temp.tell('2031-05-01 11:59:30+00'), 'max_per_day', 'the third is one too many');
select is(pg_temp.tell('2031-05-01 12:00+00'), 'told', 'the next local day begins anew, in the middle of a day in UTC');

update user_notification_preferences set max_per_day = 0;
select is(pg_temp.tell('2032-05-01 12:00+00'), 'max_per_day', '0 means none, and not a default');
update user_notification_preferences set max_per_day = null, max_per_hour = 0;
select is(pg_temp.tell('2032-05-01 12:00+00'), 'max_per_hour', 'also in an hour');

-- Quiet hours from 22:00 to 08:00 hold up nothing for who reads in the application only.
update user_notification_preferences
set max_per_hour = 1, max_per_day = 2, timezone = 'UTC', quiet_hours_enabled = true, email_enabled = true, push_enabled = true, sms_enabled = false;
select is(pg_temp.tell('2033-05-01 22:30+00'), 'told', 'one that is shown in the night');
select is(pg_temp.tell('2033-05-01 22:40+00'), 'max_per_hour', 'counts in its own hour');
select is(pg_temp.tell('2033-05-01 23:40+00'), 'told', 'and in no other');
select is(pg_temp.tell('2033-05-01 23:59+00'), 'max_per_hour', 'each of them');
select is(pg_temp.tell('2033-05-02 00:50+00'), 'told', 'on its own day');
-- What is sent goes in the morning, all at once.
update user_notification_preferences set sms_enabled = true;
select is(pg_temp.tell('2034-05-01 22:30+00'), 'told', 'one that is sent as well');
select is(pg_temp.tell('2034-05-01 23:40+00'), 'max_per_hour', 'counts in the hour in which it is sent');

select * from finish();
rollback;
