-- F02: a validator knew two of four priorities, and the texts of the others failed. Every priority goes from the producer
-- to the provider's answer by both ways of claiming, and every type of job from its producer to its completion.
begin;
select plan(5);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;

create temporary table queued on commit drop as
select queue_sms_message(user_id, phone_number, priority::text, priority) as id, priority
from user_sms_preferences
cross join unnest(enum_range(null::sms_priority)) as priority;
create temporary table sent on commit drop as
select claim.message_id, result.*
from claim_sms('a sender', p_now => now() + interval '1 second') as claim
cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201,
  'sid', 'sid of ' || message_content
))) as result;
select set_eq(
  $$
    select queued.priority::text || ' ' || sent.message_status || ' ' || sent.job_status
    from queued inner join sent on sent.message_id = queued.id
  $$,
  '{low sent completed, normal sent completed, high sent completed, urgent sent completed}'::text[],
  'a text of every priority is sent by the runner''s calls'
);

create temporary table queued_again on commit drop as
select queue_sms_message(user_id, phone_number, priority::text, priority) as id, priority
from user_sms_preferences
cross join unnest(enum_range(null::sms_priority)) as priority;
create temporary table claim on commit drop as
select * from claim_pending_jobs('{send_sms}', 10, p_now => now() + interval '1 second');
select set_eq(
  $$select metadata ->> 'priority' from claim$$, '{low, normal, high, urgent}'::text[],
  'a text of every priority is handed to a worker in any language'
);
select is(
  (
    select count(*) filter (where updated_sms)
    from claim
    cross join lateral update_sms_status_atomic(
      (metadata ->> 'message_id')::uuid, 'other sid of ' || (metadata ->> 'message'), 'queued', 'sent'
    )
  ),
  4::bigint, 'and its answer is taken'
);

create temporary table added on commit drop as
select job_type, add_queue_job(user_id, job_type::text, '{"a": 1}') as id
from user_sms_preferences
cross join unnest(enum_range(null::queue_type)) as job_type
where job_type <> 'send_sms';
select is(
  (
    select array_agg(claim.job_type order by claim.job_type)
    from claim_pending_jobs(
      (select array_agg(job_type::text) from added), 100, p_now => now()
    ) as claim
    cross join lateral complete_queue_job(claim.id, '{}', claim.processing_token) as completed
    where completed and claim.metadata = '{"a": 1}'
  ),
  '{cleanup_old_data, generate_brief_email, generate_daily_brief, generate_phases, onboarding_analysis, other,
    process_brain_dump, send_email, send_notification, sync_calendar, update_recurring_tasks}',
  'every other type of job goes from its producer to its completion'
);
select is(
  (select count(*) from queue_jobs where job_type <> 'send_sms' and status <> 'completed'), 0::bigint,
  'none is left over'
);

select * from finish();
rollback;
