-- The field's three calls are enough for a worker in any language, and the delivery goes along with its job.
begin;
select plan(10);

alter table users add column if not exists email text;
create temporary table reader on commit drop as select a_user() as id;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
create temporary view mail as select * from notification_deliveries where channel = 'email';
update herald.settings set retry_jitter = 0;

select from emit_notification_event('calendar.sync_failed');
create temporary table claim on commit drop as select * from claim_pending_jobs('{send_notification}');
select is(
  (select metadata from claim),
  (select jsonb_build_object('event_id', event_id, 'delivery_id', id, 'channel', 'email', 'event_type', 'calendar.sync_failed') from mail),
  'the metadata has the keys of the field'
);
select ok(fail_queue_job(id, 'no answer', true, processing_token), 'it may fail') from claim;
select results_eq('select status, attempts, last_error from mail', $$values ('pending', 1, 'no answer')$$, 'what is tried again has not failed');
truncate claim;
insert into claim select * from claim_pending_jobs('{send_notification}', p_now => now() + interval '5 minutes');
select ok(complete_queue_job(id, null, processing_token), 'and succeed') from claim;
select results_eq('select status, attempts from mail', $$values ('sent', 2)$$, 'then it is sent');

-- An application writes the delivery itself, with or without a job.
insert into notification_deliveries (id, recipient_user_id, channel, channel_identifier, payload)
select '00000000-0000-0000-0000-0000000000d1', id, 'email', 'reader@example.com', '{"title": "By hand"}' from reader;
select is(tick() ->> 'notifications_promoted', '1', 'a delivery without a job gets one');
insert into notification_deliveries (id, recipient_user_id, channel, channel_identifier)
select '00000000-0000-0000-0000-0000000000d2', id, 'email', 'reader@example.com' from reader;
insert into queue_jobs (user_id, job_type, metadata) select id, 'send_notification', '{"delivery_id": "00000000-0000-0000-0000-0000000000d2", "channel": "email"}' from reader;
select is(tick() ->> 'notifications_promoted', '0', 'one whose job is there keeps it');
select is((select count(*) from claim_notifications('{email}')), 2::bigint, 'both go');
insert into queue_jobs (user_id, job_type, metadata) select id, 'send_notification', '{"delivery_id": "nonsense", "channel": "email"}' from reader;
select is_empty($$select from claim_pending_jobs('{send_notification}')$$, 'a job that names no delivery is nobody''s');
insert into queue_jobs (user_id, job_type, metadata) select id, 'send_notification', '{"mine": true}' from reader;
select is((select metadata from claim_pending_jobs('{send_notification}')), '{"mine": true}'::jsonb, 'one that does not even try is the application''s own');

select * from finish();
rollback;
