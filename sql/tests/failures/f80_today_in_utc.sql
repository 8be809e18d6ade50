-- F80: "today" was UTC's. Which day it is, for limits, for series and for routines, the user's own clock says.
begin;
select plan(5);
set local timezone = 'UTC';

-- 03:30 on May 2 in UTC is the evening of May 1 in Los Angeles.
create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'America/Los_Angeles', daily_sms_limit = 1, daily_sms_count = 1, daily_count_reset_at = '2040-05-01 16:00+00';
create function pg_temp.limits(p_at timestamptz) returns text language sql as $$
  select verdict || ' ' || evidence from explain_sms(p_user_id => (select id from reader), p_at => p_at) where gate = 'limits';
$$;
select is(pg_temp.limits('2040-05-02 03:30+00'), 'defer 1 of 1 texts of the local day are used', 'a limit: it is still the day of the morning''s text');
select is(pg_temp.limits('2040-05-02 07:00+00'), 'pass 0 of 1 texts of the local day are used', 'until midnight there');
select queue_sms_message(id, null, 'on Tuesdays', p_scheduled_for => '2040-05-02 03:30+00', p_recurrence_pattern => 'FREQ=WEEKLY;BYDAY=TU') is not null as queued from reader;
select is((select scheduled_for from sms_messages), '2040-05-02 03:30+00', 'a series: it is still Tuesday there');
alter table user_sms_preferences disable trigger t60_plan_own_routines;
update user_sms_preferences set evening_recap_enabled = true;
select from herald.plan_routines(null, '2040-05-02 02:30+00');
select is((select scheduled_for from sms_messages where routine is not null), '2040-05-02 03:00+00', 'a routine: the recap of May 1 is still to come');
select from herald.plan_routines(null, '2040-05-02 03:30+00');
select is((select count(*) from sms_messages where routine is not null), 1::bigint, 'and is planned once');

select * from finish();
rollback;
