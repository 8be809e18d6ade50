-- The columns of push_subscriptions, and what a row is that says only what it must.
begin;
select plan(30);

create temporary table fresh on commit drop as
with made as (
  insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) values (tests.a_user(), 'https://push.example/1', 'k', 'a') returning *
)
select * from made;

select col_type_is('public', 'push_subscriptions', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'push_subscriptions', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'push_subscriptions', 'user_id', 'uuid', 'user_id is uuid');
select col_not_null('public', 'push_subscriptions', 'user_id', 'user_id is always there');
select isnt(user_id, null, 'user_id is given') from fresh;
select col_type_is('public', 'push_subscriptions', 'endpoint', 'text', 'endpoint is text');
select col_not_null('public', 'push_subscriptions', 'endpoint', 'endpoint is always there');
select isnt(endpoint, null, 'endpoint is given') from fresh;
select col_type_is('public', 'push_subscriptions', 'p256dh_key', 'text', 'p256dh_key is text');
select col_not_null('public', 'push_subscriptions', 'p256dh_key', 'p256dh_key is always there');
select isnt(p256dh_key, null, 'p256dh_key is given') from fresh;
select col_type_is('public', 'push_subscriptions', 'auth_key', 'text', 'auth_key is text');
select col_not_null('public', 'push_subscriptions', 'auth_key', 'auth_key is always there');
select isnt(auth_key, null, 'auth_key is given') from fresh;
select col_type_is('public', 'push_subscriptions', 'user_agent', 'text', 'user_agent is text');
select col_is_null('public', 'push_subscriptions', 'user_agent', 'user_agent may be missing');
select is(user_agent, null, 'user_agent is empty at first') from fresh;
select col_type_is('public', 'push_subscriptions', 'is_active', 'boolean', 'is_active is boolean');
select col_not_null('public', 'push_subscriptions', 'is_active', 'is_active is always there');
select is(is_active, true, 'is_active is true at first') from fresh;
select col_type_is('public', 'push_subscriptions', 'last_used_at', 'timestamp with time zone', 'last_used_at is timestamptz');
select col_is_null('public', 'push_subscriptions', 'last_used_at', 'last_used_at may be missing');
select is(last_used_at, null, 'last_used_at is empty at first') from fresh;
select col_type_is('public', 'push_subscriptions', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'push_subscriptions', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'push_subscriptions', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'push_subscriptions', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;

select * from finish();
rollback;
