-- F45: a missed tick lost the day, and a leaked lock stopped a schedule for ever. What was due is done by the next tick,
-- and the lock of a tick is that of a row, which ends with its transaction.
begin;
select plan(7);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
select queue_sms_message(id, null, 'single', p_scheduled_for => '2040-05-01 12:00+00') is not null,
  queue_sms_message(id, null, 'daily', p_scheduled_for => '2040-05-01 08:00+00', p_recurrence_pattern => 'FREQ=DAILY') is not null as queued
from reader;
alter table user_sms_preferences disable trigger t60_plan_own_routines;
update user_sms_preferences set evening_recap_enabled = true;
select from herald.plan_routines(null, '2040-05-01 00:00+00');

-- No tick at all from before the first until the evening.
create temporary table report on commit drop as select tick('2040-05-01 20:30+00') as told;
select is(told ->> 'busy', 'false', 'the tick after a day without one is not busy') from report;
select is(told -> 'failed', null, 'and fails at nothing') from report;
select set_eq(
  $$select message_content, status::text, scheduled_for from sms_messages where recurrence_pattern is null$$,
  $$values
    ('single', 'queued', '2040-05-01 12:00+00'::timestamptz), ('daily', 'queued', '2040-05-01 08:00+00'),
    ('That was your day. See in the app what got done and what is left.', 'queued', '2040-05-01 20:00+00')
  $$,
  'all that was due goes, late as it is'
);
select set_eq(
  $$select scheduled_for from sms_messages where recurrence_pattern is not null$$,
  $$values ('2040-05-02 08:00+00'::timestamptz), ('2040-05-02 20:00+00')$$, 'and the next day is planned'
);
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-01 20:30+00')), 3::bigint, 'the three are claimed');
select is(
  (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()), 0::bigint, 'a tick holds no lock that could outlive it'
);
select is(tick('2040-05-02 08:00+00') ->> 'recurred', '1', 'the next tick does the next day');

select * from finish();
rollback;
