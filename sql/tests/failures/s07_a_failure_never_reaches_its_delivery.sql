-- Failure 7: a delivery said `sent`, and the provider's failure never reached it. Also not when the answer with the SID
-- was lost, and no report came: whatever way the news takes, it ends with the delivery.
begin;
select plan(4);

create temporary table reader on commit drop as select a_user_with_phone() as id;
update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set sms_enabled = true;
select from emit_notification_event('calendar.sync_failed');
create temporary view told as
select delivery.status, message.status::text as text_status, delivery.external_id
from notification_deliveries as delivery
inner join sms_messages as message on message.notification_delivery_id = delivery.id;
create function pg_temp.look(p_after interval, p_entry jsonb) returns void language sql as $$
  select record_sms_reconciliation(
    jsonb_agg(jsonb_build_object(
      'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true, 'entries',
      jsonb_build_array(p_entry || jsonb_build_object(
        'direction', 'outbound-api', 'date_created', now(), 'to_number', phone_number, 'body',
        (select message_content from sms_messages where id = message_id)
      ))
    )),
    now() + p_after
  )
  from claim_sms_to_reconcile('a sender', p_now => now() + p_after);
$$;

select from claim_sms('a sender') as claim, record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', true
)));
select results_eq('select status, text_status from told', $$values ('pending', 'sending')$$, 'in doubt is not sent');
select pg_temp.look('10 seconds', '{"sid": "SM1", "status": "sent"}');
select results_eq('select status, text_status, external_id from told', $$values ('sent', 'sent', 'SM1')$$, 'found is');
select pg_temp.look('3 hours', '{"sid": "SM1", "status": "undelivered", "error_code": "30003"}');
select results_eq(
  'select status, text_status from told', $$values ('failed', 'undelivered')$$, 'and the carrier''s no reaches it without a report'
);
select is_empty('select from queue_jobs where status = ''processing''', 'nothing is held any more');

select * from finish();
rollback;
