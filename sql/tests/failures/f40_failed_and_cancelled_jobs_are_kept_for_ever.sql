-- F40: completed jobs were deleted after a while, failed and cancelled ones never. Nor does what they were to send keep its
-- words for ever.
begin;
select plan(11);

create temporary table job on commit drop as
select status, a_job(status) as id from unnest(enum_range(null::queue_status)) as status;
update queue_jobs set completed_at = now() - interval '31 days' where status in ('completed', 'failed', 'cancelled');

select results_eq(
  'select * from delete_old_completed_queue_jobs(32)', 'values (0, null::timestamptz, null::timestamptz)',
  'what ended 31 days ago is kept for 32'
);
select results_eq(
  $$select * from delete_old_completed_queue_jobs(30, 500, '{send_email}')$$,
  'values (0, null::timestamptz, null::timestamptz)',
  'only the types that were named'
);
select results_eq(
  'select * from delete_old_completed_queue_jobs(30, 2)',
  $$values (2, now() - interval '31 days', now() - interval '31 days')$$,
  'no more than the batch size'
);
select is((select deleted_count from delete_old_completed_queue_jobs()), 1, 'and then the rest');
select set_eq(
  'select status::text from queue_jobs', '{pending, processing, retrying}'::text[],
  'completed, failed and cancelled jobs are gone; what waits or runs stays, however old'
);

-- The tick does it by itself.
insert into job select status, a_job(status) from unnest('{completed, failed, cancelled}'::queue_status[]) as status;
select is((tick(now() + interval '29 days') ->> 'jobs_pruned')::integer, 0, 'after 29 days a tick prunes nothing');
select is((tick(now() + interval '31 days') ->> 'jobs_pruned')::integer, 3, 'after 31 days it prunes them all');

create temporary table kept on commit drop as
select a_text(status::sms_status) as text, a_delivery(case status when 'failed' then 'failed' else 'bounced' end) as delivery
from unnest('{failed, cancelled}'::text[]) as status;
update notification_deliveries set channel_identifier = 'reader@example.com';
select throws_ok('select delete_old_completed_queue_jobs(-1)', '22023', null, 'negative days are an error');
select throws_ok('select delete_old_completed_queue_jobs(30, 0)', '22023', null, 'so is an empty batch');

-- The texts stay, to be counted, and lose what is personal as those do that were delivered.
select set_eq(
  $$select policy, erased from apply_retention('sms_words', p_now => now() + interval '91 days')
    union all select policy, erased from apply_retention('notifications', p_now => now() + interval '181 days')$$,
  $$values ('sms_words', 2), ('notifications', 2)$$, 'failed and cancelled texts and notifications lose their words in their time'
);
select is_empty(
  $$select from sms_messages where message_content = 'hello' union all select from notification_deliveries where channel_identifier = 'reader@example.com'$$,
  'and nothing of them is kept for ever'
);

select * from finish();
rollback;
