-- Section 8, 17: a text went after STOP, because it was already queued. Whatever was planned when the STOP came (queued,
-- scheduled, deferred, a series, a routine, one that is tried again) ends; nothing goes.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', daily_sms_limit = 3;
create temporary table made on commit drop as
select words, queue_sms_message(id, null, words, p_scheduled_for => at::timestamptz, p_recurrence_pattern => rule) as id
from reader
cross join (
  values
    ('tried again', '2040-05-01 11:00+00', null), ('queued', '2040-05-01 12:00+00', null), ('scheduled', '2040-05-02 12:00+00', null), ('series', '2040-05-02 13:00+00', 'FREQ=DAILY')
) as given (words, at, rule);
update user_sms_preferences set morning_kickoff_enabled = true;
select from tick('2040-05-01 11:00+00');
select from claim_sms('a sender', p_now => '2040-05-01 11:00+00') cross join lateral fail_queue_job(job_id, 'away', true, processing_token, '2 hours', '2040-05-01 11:00+00') as failed;
update user_sms_preferences set quiet_hours_start = '11:30', quiet_hours_end = '11:40';
select queue_sms_message(id, null, 'deferred', p_scheduled_for => '2040-05-01 11:35+00') is not null as queued from reader;
select from tick('2040-05-01 11:35+00');
select from tick('2040-05-01 11:57+00');
delete from sms_messages where category = 'morning_kickoff' and occurrence is not null;
select is((select count(*) from sms_messages where status in ('scheduled', 'queued')), 6::bigint, 'six things are planned');

update user_sms_preferences set opted_out = true, opt_out_reason = 'STOP';
select is((select opted_out from user_sms_preferences), true, 'STOP');
create function pg_temp.gone() returns bigint language plpgsql as $$
declare
  v_now timestamptz := '2040-05-01 12:00+00';
  v_gone bigint := 0;
begin
  while v_now < '2040-05-04 12:00+00' loop
    perform tick(v_now);
    v_gone := v_gone + (select count(*) from claim_sms('a sender', p_now => v_now));
    v_now := v_now + interval '30 minutes';
  end loop;
  return v_gone;
end $$;
select is(pg_temp.gone(), 0::bigint, 'nothing goes in the days after it');
select is_empty(
  $$select message_content, status, cancel_reason from sms_messages where recurrence_pattern is null and (status <> 'cancelled' or cancel_reason !~ '^(not_opted_out|not_suppressed|switched_on): ')$$,
  'every text has ended, and says why'
);
select is((select status::text from sms_messages where routine = 'morning_kickoff'), 'cancelled', 'and so has the routine');

select * from finish();
rollback;
