-- The columns of user_sms_preferences, and what a row is that says only what it must.
begin;
select plan(72);

create temporary table fresh on commit drop as
with made as (
  insert into user_sms_preferences (user_id) values (tests.a_user()) returning *
)
select * from made;

select col_type_is('public', 'user_sms_preferences', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'user_sms_preferences', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'user_sms_preferences', 'user_id', 'uuid', 'user_id is uuid');
select col_not_null('public', 'user_sms_preferences', 'user_id', 'user_id is always there');
select isnt(user_id, null, 'user_id is given') from fresh;
select col_type_is('public', 'user_sms_preferences', 'phone_number', 'text', 'phone_number is text');
select col_is_null('public', 'user_sms_preferences', 'phone_number', 'phone_number may be missing');
select is(phone_number, null, 'phone_number is empty at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'phone_verified', 'boolean', 'phone_verified is boolean');
select col_is_null('public', 'user_sms_preferences', 'phone_verified', 'phone_verified may be missing');
select is(phone_verified, false, 'phone_verified is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'phone_verified_at', 'timestamp with time zone', 'phone_verified_at is timestamptz');
select col_is_null('public', 'user_sms_preferences', 'phone_verified_at', 'phone_verified_at may be missing');
select is(phone_verified_at, null, 'phone_verified_at is empty at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'task_reminders', 'boolean', 'task_reminders is boolean');
select col_is_null('public', 'user_sms_preferences', 'task_reminders', 'task_reminders may be missing');
select is(task_reminders, false, 'task_reminders is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'daily_brief_sms', 'boolean', 'daily_brief_sms is boolean');
select col_is_null('public', 'user_sms_preferences', 'daily_brief_sms', 'daily_brief_sms may be missing');
select is(daily_brief_sms, false, 'daily_brief_sms is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'urgent_alerts', 'boolean', 'urgent_alerts is boolean');
select col_is_null('public', 'user_sms_preferences', 'urgent_alerts', 'urgent_alerts may be missing');
select is(urgent_alerts, true, 'urgent_alerts is true at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'morning_kickoff_enabled', 'boolean', 'morning_kickoff_enabled is boolean');
select col_is_null('public', 'user_sms_preferences', 'morning_kickoff_enabled', 'morning_kickoff_enabled may be missing');
select is(morning_kickoff_enabled, false, 'morning_kickoff_enabled is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'morning_kickoff_time', 'time without time zone', 'morning_kickoff_time is time');
select col_is_null('public', 'user_sms_preferences', 'morning_kickoff_time', 'morning_kickoff_time may be missing');
select is(morning_kickoff_time, null, 'morning_kickoff_time is empty at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'evening_recap_enabled', 'boolean', 'evening_recap_enabled is boolean');
select col_is_null('public', 'user_sms_preferences', 'evening_recap_enabled', 'evening_recap_enabled may be missing');
select is(evening_recap_enabled, false, 'evening_recap_enabled is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'next_up_enabled', 'boolean', 'next_up_enabled is boolean');
select col_is_null('public', 'user_sms_preferences', 'next_up_enabled', 'next_up_enabled may be missing');
select is(next_up_enabled, false, 'next_up_enabled is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'event_reminders_enabled', 'boolean', 'event_reminders_enabled is boolean');
select col_is_null('public', 'user_sms_preferences', 'event_reminders_enabled', 'event_reminders_enabled may be missing');
select is(event_reminders_enabled, false, 'event_reminders_enabled is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'quiet_hours_start', 'time without time zone', 'quiet_hours_start is time');
select col_is_null('public', 'user_sms_preferences', 'quiet_hours_start', 'quiet_hours_start may be missing');
select is(quiet_hours_start, '21:00', 'quiet_hours_start is 21:00 at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'quiet_hours_end', 'time without time zone', 'quiet_hours_end is time');
select col_is_null('public', 'user_sms_preferences', 'quiet_hours_end', 'quiet_hours_end may be missing');
select is(quiet_hours_end, '08:00', 'quiet_hours_end is 08:00 at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'timezone', 'text', 'timezone is text');
select col_is_null('public', 'user_sms_preferences', 'timezone', 'timezone may be missing');
select is(timezone, 'America/Los_Angeles', 'timezone is America/Los_Angeles at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'daily_sms_limit', 'integer', 'daily_sms_limit is integer');
select col_is_null('public', 'user_sms_preferences', 'daily_sms_limit', 'daily_sms_limit may be missing');
select is(daily_sms_limit, 10, 'daily_sms_limit is 10 at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'daily_sms_count', 'integer', 'daily_sms_count is integer');
select col_is_null('public', 'user_sms_preferences', 'daily_sms_count', 'daily_sms_count may be missing');
select is(daily_sms_count, 0, 'daily_sms_count is 0 at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'daily_count_reset_at', 'timestamp with time zone', 'daily_count_reset_at is timestamptz');
select col_is_null('public', 'user_sms_preferences', 'daily_count_reset_at', 'daily_count_reset_at may be missing');
select is(daily_count_reset_at, now(), 'daily_count_reset_at is the present') from fresh;
select col_type_is('public', 'user_sms_preferences', 'opted_out', 'boolean', 'opted_out is boolean');
select col_is_null('public', 'user_sms_preferences', 'opted_out', 'opted_out may be missing');
select is(opted_out, false, 'opted_out is false at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'opted_out_at', 'timestamp with time zone', 'opted_out_at is timestamptz');
select col_is_null('public', 'user_sms_preferences', 'opted_out_at', 'opted_out_at may be missing');
select is(opted_out_at, null, 'opted_out_at is empty at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'opt_out_reason', 'text', 'opt_out_reason is text');
select col_is_null('public', 'user_sms_preferences', 'opt_out_reason', 'opt_out_reason may be missing');
select is(opt_out_reason, null, 'opt_out_reason is empty at first') from fresh;
select col_type_is('public', 'user_sms_preferences', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'user_sms_preferences', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'user_sms_preferences', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'user_sms_preferences', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;

select * from finish();
rollback;
