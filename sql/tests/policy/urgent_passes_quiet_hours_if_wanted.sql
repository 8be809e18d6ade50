-- Urgent passes quiet hours only of a user who wants urgent alerts, and nothing else: no window of the law, no limit,
-- no opt-out.
begin;
select plan(12);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set quiet_hours_start = '22:00', quiet_hours_end = '08:00', timezone = 'UTC';
create function pg_temp.verdicts(p_priority text, p_at timestamptz default '2040-05-01 23:00:00+00') returns text language sql as $$
  select coalesce(string_agg(gate || ' ' || verdict, ', ' order by gate_order) filter (where verdict <> 'pass'), 'goes')
  from explain_sms(p_user_id => (select id from reader), p_priority => p_priority::sms_priority, p_at => p_at);
$$;

select is(pg_temp.verdicts(priority), answer, priority || ', with urgent alerts on')
from (values ('low', 'quiet_hours defer'), ('normal', 'quiet_hours defer'), ('high', 'quiet_hours defer'), ('urgent', 'goes')) as given (priority, answer);
select results_eq(
  $$
    select verdict, until, evidence
    from explain_sms(p_user_id => (select id from reader), p_priority => 'urgent', p_at => '2040-05-01 23:00:00+00')
    where gate = 'quiet_hours'
  $$,
  $$values ('pass', null::timestamptz, 'urgent passes the quiet hours 22:00 to 08:00 UTC')$$,
  'it says so, and no bound is set to its delivery'
);
update user_sms_preferences set urgent_alerts = false;
select is(pg_temp.verdicts('urgent'), 'quiet_hours defer', 'urgent, with urgent alerts off');
update user_sms_preferences set urgent_alerts = null;
select is(pg_temp.verdicts('urgent'), 'goes', 'who has never said anything has them on, as a new user has');

update herald.legal_windows set is_active = true, category = null;
select is(pg_temp.verdicts('urgent'), 'legal_window defer', 'the law holds for urgent texts, too');
update herald.legal_windows set is_active = false;
update user_sms_preferences set daily_sms_limit = 0;
select is(pg_temp.verdicts('urgent'), 'limits block', 'so do limits');
update user_sms_preferences set daily_sms_limit = 1000, phone_verified = false;
select is(pg_temp.verdicts('urgent'), 'verified block', 'and verification');
update user_sms_preferences set phone_verified = true, opted_out = true;
select is(pg_temp.verdicts('urgent'), 'not_opted_out block', 'and an opt-out');
update user_sms_preferences set opted_out = false;
select herald.suppress_number('+12025550123', 'STOP', 'inbound', '2030-02-01 12:00:00+00');
select is(pg_temp.verdicts('urgent'), 'not_suppressed block', 'and a suppressed number');

select * from finish();
rollback;
