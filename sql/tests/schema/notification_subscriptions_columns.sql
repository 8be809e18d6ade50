-- The columns of notification_subscriptions, and what a row is that says only what it must.
begin;
select plan(27);

create temporary table fresh on commit drop as
with made as (
  insert into notification_subscriptions (user_id, event_type) values (tests.a_user(), 'user.signup') returning *
)
select * from made;

select col_type_is('public', 'notification_subscriptions', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'notification_subscriptions', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'notification_subscriptions', 'user_id', 'uuid', 'user_id is uuid');
select col_not_null('public', 'notification_subscriptions', 'user_id', 'user_id is always there');
select isnt(user_id, null, 'user_id is given') from fresh;
select col_type_is('public', 'notification_subscriptions', 'event_type', 'text', 'event_type is text');
select col_not_null('public', 'notification_subscriptions', 'event_type', 'event_type is always there');
select isnt(event_type, null, 'event_type is given') from fresh;
select col_type_is('public', 'notification_subscriptions', 'is_active', 'boolean', 'is_active is boolean');
select col_is_null('public', 'notification_subscriptions', 'is_active', 'is_active may be missing');
select is(is_active, true, 'is_active is true at first') from fresh;
select col_type_is('public', 'notification_subscriptions', 'admin_only', 'boolean', 'admin_only is boolean');
select col_is_null('public', 'notification_subscriptions', 'admin_only', 'admin_only may be missing');
select is(admin_only, false, 'admin_only is false at first') from fresh;
select col_type_is('public', 'notification_subscriptions', 'filters', 'jsonb', 'filters is jsonb');
select col_is_null('public', 'notification_subscriptions', 'filters', 'filters may be missing');
select is(filters, null, 'filters is empty at first') from fresh;
select col_type_is('public', 'notification_subscriptions', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'notification_subscriptions', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'notification_subscriptions', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'notification_subscriptions', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;
select col_type_is('public', 'notification_subscriptions', 'created_by', 'uuid', 'created_by is uuid');
select col_is_null('public', 'notification_subscriptions', 'created_by', 'created_by may be missing');
select is(created_by, null, 'created_by is empty at first') from fresh;

select * from finish();
rollback;
