-- Whoever subscribes gets preferences with the defaults; what is there is never overwritten. New users get the two
-- briefs, old ones were given them, and what somebody ended stays ended.
begin;
select plan(19);

create temporary table reader on commit drop as select a_user() as id;
select set_eq(
  'select event_type from notification_subscriptions', array['brief.completed', 'brief.failed'], 'a new user is subscribed to the briefs'
);
select set_eq(
  'select event_type from user_notification_preferences', array['brief.completed', 'brief.failed'], 'with preferences'
);
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader;
select results_eq(
  $$
  select
    push_enabled, email_enabled, sms_enabled, in_app_enabled, priority, batch_enabled, batch_interval_minutes,
    quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, max_per_day, max_per_hour
  from user_notification_preferences where event_type = 'task.due_soon'
  $$,
  $$values (true, true, false, true, 'normal', false, null::integer, false, time '22:00', time '08:00', 'UTC', null::integer, null::integer)$$,
  'the defaults are the seed''s'
);
update user_notification_preferences set sms_enabled = true, timezone = 'Europe/Berlin' where event_type = 'task.due_soon';
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader
on conflict (user_id, event_type) do update set is_active = true;
delete from notification_subscriptions where event_type = 'task.due_soon';
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader;
select results_eq(
  $$select sms_enabled, timezone from user_notification_preferences where event_type = 'task.due_soon'$$,
  $$values (true, 'Europe/Berlin')$$, 'subscribing again overwrites nothing'
);
insert into notification_subscriptions (user_id, event_type, is_active) select id, 'user.signup', false from reader;
select is(
  (select count(*) from user_notification_preferences where event_type = 'user.signup'), 1::bigint,
  'also one that is switched on later has them'
);

delete from user_notification_preferences where event_type = 'task.due_soon';
update notification_subscriptions set filters = '{"n": 1}' where event_type = 'task.due_soon';
select is_empty($$select from user_notification_preferences where event_type = 'task.due_soon'$$, 'whose preferences are gone hears nothing');
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader
on conflict (user_id, event_type) do update set is_active = true;
select isnt_empty($$select from user_notification_preferences where event_type = 'task.due_soon'$$, 'until they subscribe again');

update notification_subscriptions set is_active = false where event_type = 'brief.failed';
delete from notification_subscriptions where event_type = 'brief.completed';
select is(herald.subscribe_users(null), 0, 'the backfill keeps what was switched off and what was deleted');
select is(
  (select is_active from notification_subscriptions where event_type = 'brief.failed'), false, 'switched off stays switched off'
);
update herald.event_types set subscribes_new_users = true where event_type = 'project.phase_scheduled';
insert into notification_subscriptions (user_id, event_type, is_active) values (a_user(), 'task.due_soon', true);
select is(herald.subscribe_users(null), 1, 'a type that new users get is given to the old ones by the backfill');
select is(herald.subscribe_users(null), 0, 'once');

select throws_ok(
  format('update user_notification_preferences set %s where event_type = %L', change, 'task.due_soon'), '22023', null, change || ' is refused'
)
from unnest(array[
  'batch_interval_minutes = 0', 'batch_interval_minutes = 10081', 'max_per_hour = -1', 'max_per_day = -1', $$timezone = 'Nowhere/City'$$,
  'quiet_hours_enabled = true, quiet_hours_start = null', 'quiet_hours_enabled = true, quiet_hours_end = null'
]) as change;
select throws_ok(
  $$insert into user_notification_preferences (user_id, event_type) select id, 'task.unheard_of' from reader$$, '23503', null,
  'there are no preferences for what does not exist'
);

select * from finish();
rollback;
