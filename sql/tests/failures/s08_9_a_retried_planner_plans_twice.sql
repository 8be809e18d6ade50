-- Section 8, 9: a retried planner planned everything twice. However often a tick comes for the same instant, or an
-- application asks with the same key, or a switch is set again, it is planned once.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create temporary table queued on commit drop as
select queue_sms_message(
  id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => 'FREQ=DAILY', p_idempotency_key => 'the planner of the first of May'
) as id
from reader cross join generate_series(1, 3);
select is((select count(distinct id) from queued), 1::bigint, 'asked three times with one key, there is one series');
select from generate_series(1, 5) cross join lateral tick('2040-05-01 11:57+00') as ticked;
select is((select count(*) from sms_messages where occurrence is not null), 1::bigint, 'five ticks make one text');
select is((select count(*) from queue_jobs), 1::bigint, 'and one job');
select is(herald.promote_messages(array(select id from sms_messages), '2040-05-01 11:57+00'), 0, 'a planner that is called past the tick finds it planned');
update user_sms_preferences set morning_kickoff_enabled = true;
update user_sms_preferences set morning_kickoff_enabled = true;
select from herald.plan_routines(null, now()), herald.plan_routines(null, now()) as again;
select is((select count(*) from sms_messages where routine = 'morning_kickoff'), 1::bigint, 'and so for a switch that is set again');

select * from finish();
rollback;
