-- The columns of user_notification_preferences, and what a row is that says only what it must.
begin;
select plan(54);

create temporary table fresh on commit drop as
with made as (
  insert into user_notification_preferences (user_id, event_type) values (tests.a_user(), 'user.signup') returning *
)
select * from made;

select col_type_is('public', 'user_notification_preferences', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'user_notification_preferences', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'user_notification_preferences', 'user_id', 'uuid', 'user_id is uuid');
select col_not_null('public', 'user_notification_preferences', 'user_id', 'user_id is always there');
select isnt(user_id, null, 'user_id is given') from fresh;
select col_type_is('public', 'user_notification_preferences', 'event_type', 'text', 'event_type is text');
select col_not_null('public', 'user_notification_preferences', 'event_type', 'event_type is always there');
select isnt(event_type, null, 'event_type is given') from fresh;
select col_type_is('public', 'user_notification_preferences', 'push_enabled', 'boolean', 'push_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'push_enabled', 'push_enabled may be missing');
select is(push_enabled, true, 'push_enabled is true at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'email_enabled', 'boolean', 'email_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'email_enabled', 'email_enabled may be missing');
select is(email_enabled, true, 'email_enabled is true at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'sms_enabled', 'boolean', 'sms_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'sms_enabled', 'sms_enabled may be missing');
select is(sms_enabled, false, 'sms_enabled is false at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'in_app_enabled', 'boolean', 'in_app_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'in_app_enabled', 'in_app_enabled may be missing');
select is(in_app_enabled, true, 'in_app_enabled is true at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'priority', 'text', 'priority is text');
select col_not_null('public', 'user_notification_preferences', 'priority', 'priority is always there');
select is(priority, 'normal', 'priority is normal at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'batch_enabled', 'boolean', 'batch_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'batch_enabled', 'batch_enabled may be missing');
select is(batch_enabled, false, 'batch_enabled is false at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'batch_interval_minutes', 'integer', 'batch_interval_minutes is integer');
select col_is_null('public', 'user_notification_preferences', 'batch_interval_minutes', 'batch_interval_minutes may be missing');
select is(batch_interval_minutes, null, 'batch_interval_minutes is empty at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'quiet_hours_enabled', 'boolean', 'quiet_hours_enabled is boolean');
select col_is_null('public', 'user_notification_preferences', 'quiet_hours_enabled', 'quiet_hours_enabled may be missing');
select is(quiet_hours_enabled, false, 'quiet_hours_enabled is false at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'quiet_hours_start', 'time without time zone', 'quiet_hours_start is time');
select col_is_null('public', 'user_notification_preferences', 'quiet_hours_start', 'quiet_hours_start may be missing');
select is(quiet_hours_start, '22:00:00', 'quiet_hours_start is 22:00:00 at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'quiet_hours_end', 'time without time zone', 'quiet_hours_end is time');
select col_is_null('public', 'user_notification_preferences', 'quiet_hours_end', 'quiet_hours_end may be missing');
select is(quiet_hours_end, '08:00:00', 'quiet_hours_end is 08:00:00 at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'timezone', 'text', 'timezone is text');
select col_is_null('public', 'user_notification_preferences', 'timezone', 'timezone may be missing');
select is(timezone, 'UTC', 'timezone is UTC at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'max_per_day', 'integer', 'max_per_day is integer');
select col_is_null('public', 'user_notification_preferences', 'max_per_day', 'max_per_day may be missing');
select is(max_per_day, null, 'max_per_day is empty at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'max_per_hour', 'integer', 'max_per_hour is integer');
select col_is_null('public', 'user_notification_preferences', 'max_per_hour', 'max_per_hour may be missing');
select is(max_per_hour, null, 'max_per_hour is empty at first') from fresh;
select col_type_is('public', 'user_notification_preferences', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'user_notification_preferences', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'user_notification_preferences', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'user_notification_preferences', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;

select * from finish();
rollback;
