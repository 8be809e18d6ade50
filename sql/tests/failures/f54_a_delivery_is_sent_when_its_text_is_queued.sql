-- F54: a delivery said `sent` when its text was only queued, and the provider's no never reached it.
begin;
select plan(7);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true;
select from emit_notification_event('calendar.sync_failed');
create temporary view told as
select delivery.status, message.status::text as text_status, delivery.external_id, delivery.last_error
from notification_deliveries as delivery
inner join sms_messages as message on message.notification_delivery_id = delivery.id;

select results_eq('select status, text_status from told', $$values ('pending', 'queued')$$, 'queued is not sent');
create temporary table claim on commit drop as select * from claim_sms('a sender');
select results_eq('select status, text_status from told', $$values ('pending', 'sending')$$, 'nor is sending');
select from claim, record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'SM1'
)));
select results_eq('select status, text_status, external_id from told', $$values ('sent', 'sent', 'SM1')$$, 'accepted is sent');
select from record_twilio_status(null, 'SM1', 'undelivered', 30003);
select results_eq('select status, text_status from told', $$values ('failed', 'undelivered')$$, 'the carrier''s no reaches it');
select from record_twilio_status(null, 'SM1', 'delivered');
select results_eq('select status, text_status from told', $$values ('delivered', 'delivered')$$, 'and so does a late yes');

select from emit_notification_event('calendar.sync_failed', p_payload => '{"body": "second"}');
truncate claim;
insert into claim select * from claim_sms('a sender');
select from claim, record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400,
  'error_code', 21211, 'error_message', 'not a number'
)));
select results_eq(
  $$select status, text_status from told where text_status = 'failed'$$, $$values ('failed', 'failed')$$, 'a text that fails fails its delivery'
);
select isnt((select last_error from told where status = 'failed'), null, 'with the provider''s reason');

select * from finish();
rollback;
