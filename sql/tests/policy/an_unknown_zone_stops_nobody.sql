-- A zone that the server does not know any more: its own user's quiet hours hold, since nobody can say that they do
-- not, and all other texts go.
begin;
select plan(16);

create temporary table person on commit drop as
select name, a_user_with_phone(phone_number) as id
from (
  values ('lost', '+12025550101'), ('lost, quiet', '+12025550102'), ('lost, limited', '+12025550103'), ('lost, event', '+12025550104'), ('known', '+12025550105')
) as given (name, phone_number);
create function pg_temp.id_of(p_name text) returns uuid language sql as $$select id from person where name = p_name$$;
update user_sms_preferences set timezone = 'UTC';
update user_sms_preferences set quiet_hours_start = '22:00', quiet_hours_end = '08:00' where user_id = pg_temp.id_of('lost, quiet');
update user_sms_preferences set daily_sms_limit = 1, hourly_sms_limit = 1 where user_id = pg_temp.id_of('lost, limited');
insert into notification_subscriptions (user_id, event_type) select pg_temp.id_of('lost, event'), 'calendar.sync_failed';
update user_notification_preferences set sms_enabled = true, quiet_hours_enabled = true, quiet_hours_start = '22:00', quiet_hours_end = '08:00';
select from emit_notification_event('calendar.sync_failed', p_scheduled_for => '2040-05-01 12:00+00');
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select id, phone_of(id), name, 'scheduled', '2040-05-01 12:00+00' from person where name <> 'lost, event';
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern)
select id, phone_of(id), 'series of ' || name, 'scheduled', '2040-05-01 12:00+00', 'FREQ=DAILY' from person where name in ('lost', 'known');

-- As an upgrade of the server's list leaves it: past every guard.
set local session_replication_role = replica;
update user_sms_preferences set timezone = 'Mars/Olympus' where user_id <> pg_temp.id_of('known');
update user_notification_preferences set timezone = 'Mars/Olympus';
set local session_replication_role = origin;

select is(tick('2040-05-01 11:57+00') -> 'failed', null, 'a tick fails at nothing');
select is(
  (select array_agg(message_content order by message_content collate "C") from claim_sms('a sender', p_now => '2040-05-01 12:00+00')),
  '{known,lost,"lost, limited","series of known","series of lost"}', 'everybody else''s texts go, and theirs where no hour matters'
);
select results_eq(
  $$select message_content is not distinct from 'lost, quiet', status::text, scheduled_for from sms_messages where status = 'scheduled' and recurrence_pattern is null order by 1$$,
  $$values (false, 'scheduled', '2040-05-01 13:00+00'::timestamptz), (true, 'scheduled', '2040-05-01 13:00+00')$$,
  'a text with quiet hours, the user''s or the event''s, is asked about again in an hour'
);
select matches(
  (select defer_reason from sms_messages where message_content = 'lost, quiet'), '^quiet_hours: quiet hours 22:00 to 08:00 Mars/Olympus until 2040-05-01 13:00:00 UTC$',
  'with the zone in the reason'
);
select is((select daily_sms_count from user_sms_preferences where user_id = pg_temp.id_of('lost, limited')), 1, 'a limit is counted, by UTC''s day');
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select pg_temp.id_of('lost, limited'), '+12025550103', 'too many', 'scheduled', '2040-05-01 12:30+00';
select from tick('2040-05-01 12:30+00'), claim_sms('a sender', p_now => '2040-05-01 12:30+00');
select is((select scheduled_for from sms_messages where message_content = 'too many'), '2040-05-02 00:00+00', 'and holds until UTC''s midnight');
select is(
  (select scheduled_for from sms_messages where message_content = 'series of lost' and recurrence_pattern is not null), '2040-05-02 12:00+00',
  'a series goes on, by UTC'
);

select lives_ok(format($$select from explain_sms(%L)$$, id), 'it can be explained') from sms_messages where message_content = 'lost, quiet';
select lives_ok($$select from preview_sends(null, '2040-05-01 12:00+00', '2040-05-03 12:00+00')$$, 'foreseen');
select lives_ok($$select from list_scheduled_sms()$$, 'listed');
select lives_ok($$select from sms_messages cross join lateral list_sms_occurrences(id) as occurrence where recurrence_pattern is not null$$, 'with its series');
select lives_ok($$select from person cross join lateral check_and_increment_sms_daily_limit(id) as counted$$, 'and counted by the field''s call');
select lives_ok($$update user_notification_preferences set max_per_day = 2$$, 'its preferences can be changed');
select lives_ok($$select from generate_series(1, 3), emit_notification_event('calendar.sync_failed')$$, 'and events be told');
select lives_ok(
  $$update user_sms_preferences set timezone = 'Asia/Tokyo' where user_id <> pg_temp.id_of('known')$$, 'its user can choose another one'
);
select is(
  (select scheduled_for from sms_messages where message_content = 'series of lost' and recurrence_pattern is not null), '2040-05-02 03:00+00',
  'which the series follows'
);

select * from finish();
rollback;
