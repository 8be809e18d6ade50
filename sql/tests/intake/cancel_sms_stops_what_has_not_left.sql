-- A text can be cancelled until a runner has it.
begin;
select plan(17);

create temporary table message on commit drop as select status, a_text(status) as id from unnest(enum_range(null::sms_status)) as status;
select is(
  cancel_sms(id, 'the meeting is off'), status in ('pending', 'scheduled'),
  'cancel_sms of a text without a job that is ' || status
)
from message
where status <> 'queued';
select results_eq(
  $$select distinct now.cancel_reason, now.cancelled_at from message inner join sms_messages as now using (id) where message.status in ('pending', 'scheduled')$$,
  $$values ('the meeting is off', now())$$,
  'reason and time are kept'
);
select is(
  (select count(*) from message inner join sms_messages as now using (id) where message.status not in ('pending', 'scheduled') and now.status <> message.status),
  0::bigint, 'the others are as they were'
);

create temporary table queued on commit drop as select a_queued_text() as id;
select is((select cancel_sms(id) from queued), true, 'a text that waits with its job is cancelled');
select results_eq(
  $$
    select message.status::text, message.cancel_reason, job.status::text
    from queued
    inner join sms_messages as message using (id)
    inner join queue_jobs as job on job.id = message.queue_job_id
  $$,
  $$values ('cancelled', 'cancelled by request', 'cancelled')$$,
  'its job as well'
);
select is((select cancel_sms(id) from queued), false, 'once');
truncate queued;
insert into queued select a_queued_text();
select from (
  select fail_queue_job(job_id, 'away', true, processing_token) from claim_sms('a sender', p_now => now() + interval '1 second')
) as failed;
select is((select cancel_sms(id) from queued), true, 'so is one that waits for another attempt');
select is(
  (select next_retry_at from sms_messages inner join queued using (id)), null, 'which is not made any more'
);
select is(cancel_sms(gen_random_uuid()), false, 'an unknown text is not cancelled');
select is(cancel_sms(null), false, 'nor is none');

select * from finish();
rollback;
