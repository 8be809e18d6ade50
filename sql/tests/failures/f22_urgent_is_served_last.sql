-- F22: urgent texts were served last, because a number that goes first when low was sorted the other way.
begin;
select plan(2);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
select a_user(), '+12025550123', true, null, null, 1000;
select queue_sms_message(user_id, phone_number, priority::text, priority)
from user_sms_preferences
cross join unnest(enum_range(null::sms_priority)) as priority;

select is(
  (
    select array_agg(message_content order by ordinality)
    from claim_sms('a sender', p_now => now() + interval '1 second') with ordinality
  ),
  '{urgent, high, normal, low}',
  'of texts due at once, the urgent one goes first'
);
select results_eq(
  $$
    select message_content, job.priority
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    order by job.priority
  $$,
  $$values ('urgent', 1), ('high', 5), ('normal', 10), ('low', 20)$$,
  'their numbers in the queue are 1, 5, 10 and 20'
);

select * from finish();
rollback;
