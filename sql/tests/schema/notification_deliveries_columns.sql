-- The columns of notification_deliveries, and what a row is that says only what it must.
begin;
select plan(63);

create temporary table fresh on commit drop as
with made as (
  insert into notification_deliveries (recipient_user_id, channel) values (tests.a_user(), 'sms') returning *
)
select * from made;

select col_type_is('public', 'notification_deliveries', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'notification_deliveries', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'notification_deliveries', 'event_id', 'uuid', 'event_id is uuid');
select col_is_null('public', 'notification_deliveries', 'event_id', 'event_id may be missing');
select is(event_id, null, 'event_id is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'subscription_id', 'uuid', 'subscription_id is uuid');
select col_is_null('public', 'notification_deliveries', 'subscription_id', 'subscription_id may be missing');
select is(subscription_id, null, 'subscription_id is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'recipient_user_id', 'uuid', 'recipient_user_id is uuid');
select col_not_null('public', 'notification_deliveries', 'recipient_user_id', 'recipient_user_id is always there');
select isnt(recipient_user_id, null, 'recipient_user_id is given') from fresh;
select col_type_is('public', 'notification_deliveries', 'channel', 'text', 'channel is text');
select col_not_null('public', 'notification_deliveries', 'channel', 'channel is always there');
select isnt(channel, null, 'channel is given') from fresh;
select col_type_is('public', 'notification_deliveries', 'channel_identifier', 'text', 'channel_identifier is text');
select col_is_null('public', 'notification_deliveries', 'channel_identifier', 'channel_identifier may be missing');
select is(channel_identifier, null, 'channel_identifier is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'status', 'text', 'status is text');
select col_not_null('public', 'notification_deliveries', 'status', 'status is always there');
select is(status, 'pending', 'status is pending at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'payload', 'jsonb', 'payload is jsonb');
select col_not_null('public', 'notification_deliveries', 'payload', 'payload is always there');
select is(payload, '{}', 'payload is {} at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'sent_at', 'timestamp with time zone', 'sent_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'sent_at', 'sent_at may be missing');
select is(sent_at, null, 'sent_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'delivered_at', 'timestamp with time zone', 'delivered_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'delivered_at', 'delivered_at may be missing');
select is(delivered_at, null, 'delivered_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'opened_at', 'timestamp with time zone', 'opened_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'opened_at', 'opened_at may be missing');
select is(opened_at, null, 'opened_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'clicked_at', 'timestamp with time zone', 'clicked_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'clicked_at', 'clicked_at may be missing');
select is(clicked_at, null, 'clicked_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'failed_at', 'timestamp with time zone', 'failed_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'failed_at', 'failed_at may be missing');
select is(failed_at, null, 'failed_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'bounced_at', 'timestamp with time zone', 'bounced_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'bounced_at', 'bounced_at may be missing');
select is(bounced_at, null, 'bounced_at is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'attempts', 'integer', 'attempts is integer');
select col_is_null('public', 'notification_deliveries', 'attempts', 'attempts may be missing');
select is(attempts, 0, 'attempts is 0 at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'max_attempts', 'integer', 'max_attempts is integer');
select col_is_null('public', 'notification_deliveries', 'max_attempts', 'max_attempts may be missing');
select is(max_attempts, 3, 'max_attempts is 3 at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'last_error', 'text', 'last_error is text');
select col_is_null('public', 'notification_deliveries', 'last_error', 'last_error may be missing');
select is(last_error, null, 'last_error is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'external_id', 'text', 'external_id is text');
select col_is_null('public', 'notification_deliveries', 'external_id', 'external_id may be missing');
select is(external_id, null, 'external_id is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'tracking_id', 'text', 'tracking_id is text');
select col_is_null('public', 'notification_deliveries', 'tracking_id', 'tracking_id may be missing');
select is(tracking_id, null, 'tracking_id is empty at first') from fresh;
select col_type_is('public', 'notification_deliveries', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'notification_deliveries', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'notification_deliveries', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;

select * from finish();
rollback;
