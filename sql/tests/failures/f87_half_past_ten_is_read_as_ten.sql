-- F87: 22:30 was read as 22:00. Quiet hours, routines and windows of the law know minutes and seconds.
begin;
select plan(6);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', quiet_hours_start = '22:30', quiet_hours_end = '06:45:30';
create function pg_temp.quiet(p_at timestamptz) returns text language sql as $$
  select verdict || ' ' || until::timestamp from explain_sms(p_user_id => (select id from reader), p_at => p_at) where gate = 'quiet_hours';
$$;
select is(pg_temp.quiet('2040-05-01 22:15+00'), 'pass 2040-05-01 22:30:00', 'a quarter past ten is before half past');
select is(pg_temp.quiet('2040-05-01 22:30+00'), 'defer 2040-05-02 06:45:30', 'half past ten is not, until a quarter to seven and thirty seconds');
select is(pg_temp.quiet('2040-05-02 06:45:30+00'), 'pass 2040-05-02 22:30:00', 'and not a moment longer');
update herald.legal_windows set is_active = true, category = null, opens = '08:20', closes = '20:40';
select is(
  (select until from explain_sms(p_user_id => (select id from reader), p_at => '2040-05-01 20:45+00') where gate = 'legal_window'),
  '2040-05-02 08:20+00', 'so do windows of the law'
);
alter table user_sms_preferences disable trigger t60_plan_own_routines;
update user_sms_preferences set morning_kickoff_enabled = true, morning_kickoff_time = '07:35';
select from herald.plan_routines(null, '2040-05-01 00:00+00');
select is((select scheduled_for from sms_messages), '2040-05-01 07:35+00', 'and routines');
select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 11:11:11+00', p_recurrence_pattern => 'FREQ=DAILY') is not null as queued from reader;
select is((select scheduled_for from sms_messages where routine is null), '2040-05-01 11:11:11+00', 'and series');

select * from finish();
rollback;
