-- F58: "ready" came when the brief had been made, instead of at the time that the user had chosen.
begin;
select plan(9);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true;
alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);
select from emit_notification_event('calendar.sync_failed', p_scheduled_for => now() + interval '3 hours');

select results_eq(
  'select channel, status from notification_deliveries order by 1',
  $$values ('email', 'pending'), ('in_app', 'pending'), ('sms', 'pending')$$, 'all of it waits'
);
select is((select count(*) from queue_jobs), 0::bigint, 'without a job, while its time is far off');
select is((select scheduled_for from sms_messages), now() + interval '3 hours', 'the text has the time');
select from tick(now() + interval '2 hours 56 minutes');
select results_eq(
  'select job_type::text, scheduled_for from queue_jobs order by 1',
  $$values ('send_notification', now() + interval '3 hours'), ('send_sms', now() + interval '3 hours')$$,
  'near its time it has jobs at the exact time'
);
select is_empty($$select from claim_notifications('{email}', p_now => now() + interval '2 hours 59 minutes')$$, 'no mail goes before it');
select is_empty($$select from claim_sms('a sender', p_now => now() + interval '2 hours 59 minutes')$$, 'nor a text');
select is((select status from notification_deliveries where channel = 'in_app'), 'pending', 'nor is it shown');
select from tick(now() + interval '3 hours');
select is((select status from notification_deliveries where channel = 'in_app'), 'delivered', 'then it is shown');
select is((select count(*) from claim_notifications('{email}', p_now => now() + interval '3 hours')), 1::bigint, 'and goes');

select * from finish();
rollback;
