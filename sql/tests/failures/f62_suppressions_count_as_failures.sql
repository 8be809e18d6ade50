-- F62: what a user did not want was counted as a failure.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true, email_enabled = false;
select from emit_notification_event('calendar.sync_failed');
select is(
  (select count(*) from notification_deliveries where status = 'failed'), 0::bigint, 'what is suppressed at once is no delivery'
);

-- STOP between the event and the claim.
update user_sms_preferences set opted_out = true;
select is_empty($$select from claim_sms('a sender')$$, 'the text does not go');
select results_eq(
  $$select status, suppressed_reason ~ '^not_opted_out: ' from notification_deliveries where channel = 'sms'$$,
  $$values ('failed', true)$$, 'its delivery ends with the rule that stopped it'
);
select is(
  (select sum(failed) from get_notification_channel_performance('1 day')), 0::numeric, 'and is no failure in the statistics'
);
select is_empty($$select from get_notification_failed_deliveries('1 day')$$, 'nor in the list of failures');

select * from finish();
rollback;
