-- Section 8, 21: a template's counter row made all its texts wait for each other. Queueing appends; the tick counts.
begin;
select plan(5);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create temporary table before on commit drop as
select xmin::text || ctid as version, usage_count, last_used_at from sms_templates where template_key = 'urgent_task';
create temporary table queued on commit drop as
select queue_sms_message(
  user_id, null, null, p_template_key => 'urgent_task', p_template_vars => '{"task_name": "x", "due_date": "today"}'
) as id
from user_sms_preferences
cross join generate_series(1, 5);

select is(
  (select xmin::text || ctid from sms_templates where template_key = 'urgent_task'), (select version from before),
  'five texts of a template leave its row untouched'
);
select is((tick(now()) ->> 'template_uses_folded')::integer, 5, 'a tick counts them');
select results_eq(
  $$select usage_count, last_used_at from sms_templates where template_key = 'urgent_task'$$, 'values (5, now())',
  'right'
);
select is((tick(now()) ->> 'template_uses_folded')::integer, 0, 'once');
select is(
  (select sum(usage_count) from sms_templates where template_key <> 'urgent_task'), 0::bigint,
  'and no other template''s'
);

select * from finish();
rollback;
