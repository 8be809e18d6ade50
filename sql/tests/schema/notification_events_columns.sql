-- The columns of notification_events, and what a row is that says only what it must.
begin;
select plan(24);

create temporary table fresh on commit drop as
with made as (
  insert into notification_events (event_type, event_source) values ('user.signup', 'api_action') returning *
)
select * from made;

select col_type_is('public', 'notification_events', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'notification_events', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'notification_events', 'event_type', 'text', 'event_type is text');
select col_not_null('public', 'notification_events', 'event_type', 'event_type is always there');
select isnt(event_type, null, 'event_type is given') from fresh;
select col_type_is('public', 'notification_events', 'event_source', 'text', 'event_source is text');
select col_not_null('public', 'notification_events', 'event_source', 'event_source is always there');
select isnt(event_source, null, 'event_source is given') from fresh;
select col_type_is('public', 'notification_events', 'actor_user_id', 'uuid', 'actor_user_id is uuid');
select col_is_null('public', 'notification_events', 'actor_user_id', 'actor_user_id may be missing');
select is(actor_user_id, null, 'actor_user_id is empty at first') from fresh;
select col_type_is('public', 'notification_events', 'target_user_id', 'uuid', 'target_user_id is uuid');
select col_is_null('public', 'notification_events', 'target_user_id', 'target_user_id may be missing');
select is(target_user_id, null, 'target_user_id is empty at first') from fresh;
select col_type_is('public', 'notification_events', 'payload', 'jsonb', 'payload is jsonb');
select col_not_null('public', 'notification_events', 'payload', 'payload is always there');
select is(payload, '{}', 'payload is {} at first') from fresh;
select col_type_is('public', 'notification_events', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'notification_events', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'notification_events', 'metadata', 'jsonb', 'metadata is jsonb');
select col_is_null('public', 'notification_events', 'metadata', 'metadata may be missing');
select is(metadata, null, 'metadata is empty at first') from fresh;

select * from finish();
rollback;
