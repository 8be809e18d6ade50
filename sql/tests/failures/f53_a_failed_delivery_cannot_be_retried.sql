-- F53: an administrator could not retry, because "failed" was taken for "attempts used up". A delivery that failed gets
-- another life, whether attempts were left or not, and whether its job is still there or not.
begin;
select plan(13);

alter table users add column if not exists email text;
create temporary table reader on commit drop as select a_user() as id;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
select from emit_notification_event('calendar.sync_failed', p_expires_at => '2041-01-01 00:00+00');
create temporary view mail as select * from notification_deliveries where channel = 'email';

-- One attempt of three, refused for good.
create temporary table claim on commit drop as select * from claim_notifications('{email}');
select is((select count(*) from claim), 1::bigint, 'the mail is claimed');
select is(
  (select outcome from claim, record_notification_results(jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'code', 554
  )))),
  'permanent', 'and refused for good'
);
select results_eq('select status, attempts from mail', $$values ('failed', 1)$$, 'it failed, with attempts left');
select ok(redrive_notification(id), 'an administrator may retry it all the same') from mail;
select results_eq('select status, attempts, failed_at from mail', $$values ('pending', 0, null::timestamptz)$$, 'it begins anew');
select is((select attempt from claim_notifications('{email}', p_now => now() + interval '1 second')), 1, 'and is claimed again');
select is(redrive_notification(id), false, 'what is on its way is not redriven') from mail;

-- Its job is cancelled by somebody, and gone by the retention.
select from queue_jobs, cancel_job_with_reason(id, 'by hand', true) where job_type = 'send_notification';
select results_eq('select status, suppressed_reason from mail', $$values ('failed', 'by hand')$$, 'cancelled by hand, it is suppressed');
delete from queue_jobs;
select ok(redrive_notification(id), 'and can be retried without its job') from mail;
select is((select tick() ->> 'notifications_promoted'), '1', 'the next tick makes it another one');
select results_eq('select status, suppressed_reason from mail', $$values ('pending', null)$$, 'nothing suppresses it any more');
select is((select count(*) from claim_notifications('{email}', p_now => now() + interval '1 second')), 1::bigint, 'and it goes');
select is(redrive_notification(gen_random_uuid()), false, 'what is not there is not redriven');

select * from finish();
rollback;
