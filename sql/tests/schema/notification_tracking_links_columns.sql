-- The columns of notification_tracking_links, and what a row is that says only what it must.
begin;
select plan(27);

create temporary table fresh on commit drop as
with made as (
  insert into notification_tracking_links (short_code, delivery_id, destination_url) values ('abc123', tests.a_delivery(), 'https://example.com/x') returning *
)
select * from made;

select col_type_is('public', 'notification_tracking_links', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'notification_tracking_links', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'notification_tracking_links', 'short_code', 'text', 'short_code is text');
select col_not_null('public', 'notification_tracking_links', 'short_code', 'short_code is always there');
select isnt(short_code, null, 'short_code is given') from fresh;
select col_type_is('public', 'notification_tracking_links', 'delivery_id', 'uuid', 'delivery_id is uuid');
select col_is_null('public', 'notification_tracking_links', 'delivery_id', 'delivery_id may be missing');
select isnt(delivery_id, null, 'delivery_id is given') from fresh;
select col_type_is('public', 'notification_tracking_links', 'destination_url', 'text', 'destination_url is text');
select col_not_null('public', 'notification_tracking_links', 'destination_url', 'destination_url is always there');
select isnt(destination_url, null, 'destination_url is given') from fresh;
select col_type_is('public', 'notification_tracking_links', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'notification_tracking_links', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'notification_tracking_links', 'first_clicked_at', 'timestamp with time zone', 'first_clicked_at is timestamptz');
select col_is_null('public', 'notification_tracking_links', 'first_clicked_at', 'first_clicked_at may be missing');
select is(first_clicked_at, null, 'first_clicked_at is empty at first') from fresh;
select col_type_is('public', 'notification_tracking_links', 'last_clicked_at', 'timestamp with time zone', 'last_clicked_at is timestamptz');
select col_is_null('public', 'notification_tracking_links', 'last_clicked_at', 'last_clicked_at may be missing');
select is(last_clicked_at, null, 'last_clicked_at is empty at first') from fresh;
select col_type_is('public', 'notification_tracking_links', 'click_count', 'integer', 'click_count is integer');
select col_is_null('public', 'notification_tracking_links', 'click_count', 'click_count may be missing');
select is(click_count, 0, 'click_count is 0 at first') from fresh;
select col_type_is('public', 'notification_tracking_links', 'metadata', 'jsonb', 'metadata is jsonb');
select col_is_null('public', 'notification_tracking_links', 'metadata', 'metadata may be missing');
select is(metadata, '{}', 'metadata is {} at first') from fresh;

select * from finish();
rollback;
