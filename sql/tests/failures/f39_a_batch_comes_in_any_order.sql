-- F39: the order inside a claimed batch was random: `update … returning` promises none.
begin;
select plan(2);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
insert into queue_jobs (user_id, job_type, scheduled_for, priority, queue_job_id)
select
  '00000000-0000-0000-0000-00000000000a', 'other', '2040-05-01 12:00:00+00'::timestamptz - (number * 7919 % 500) * interval '1 second', 10,
  500 - number * 7919 % 500
from generate_series(1, 500) as number;
select is(
  (
    select array_agg(queue_job_id::integer order by ordinality)
    from claim_pending_jobs('{other}', 500, p_now => '2040-05-01 12:00:00+00') with ordinality
  ),
  (select array_agg(number) from generate_series(1, 500) as number),
  'five hundred jobs come in the order of their time'
);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, null, null, 1000);
select from (
  select queue_sms_message(
    '00000000-0000-0000-0000-00000000000a', null, (100 - number * 37 % 100)::text,
    p_scheduled_for => now() - (number * 37 % 100) * interval '1 second'
  )
  from generate_series(1, 100) as number
) as queued;
select is(
  (
    select array_agg(message_content::integer order by ordinality)
    from claim_sms('a sender', 100, p_now => now() + interval '1 second') with ordinality
  ),
  (select array_agg(number) from generate_series(1, 100) as number),
  'a hundred texts as well'
);

select * from finish();
rollback;
