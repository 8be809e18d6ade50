-- F97: a text more than five minutes ahead never became a job.
begin;
select plan(7);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create temporary table queued on commit drop as
select queue_sms_message(user_id, phone_number, 'in time', p_scheduled_for => '2040-05-01 12:00:00+00') as id
from user_sms_preferences;
-- As an application writes it, past the function (the seed's 8.2).
insert into sms_messages (user_id, phone_number, message_content, scheduled_for, status)
select user_id, phone_number, status || ' by an insert', '2040-05-01 12:00:00+00', status
from user_sms_preferences
cross join unnest('{scheduled, pending}'::sms_status[]) as status;

select is((select count(*) from queue_jobs), 0::bigint, 'years ahead, no text has a job');
select tick('2040-05-01 11:54:59+00');
select is((select count(*) from queue_jobs), 0::bigint, 'five minutes and a second ahead neither');
select is((tick('2040-05-01 11:55:00+00') ->> 'promoted')::integer, 3, 'five minutes ahead they are promoted');
select is(
  (select array_agg(distinct scheduled_for) from queue_jobs), array['2040-05-01 12:00:00+00'::timestamptz],
  'their jobs keep the exact time'
);
select is_empty(
  $$select from claim_sms('a sender', p_now => '2040-05-01 11:59:59.999999+00')$$, 'before which nothing is sent'
);
select is(
  (select count(*) from claim_sms('a sender', p_now => '2040-05-01 12:00:00+00')), 3::bigint, 'and then all three are'
);
select is((select count(*) from queue_jobs), 3::bigint, 'each has one job');

select * from finish();
rollback;
