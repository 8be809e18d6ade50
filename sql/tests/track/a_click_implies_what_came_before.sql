-- Whoever follows a link has received and opened what it was in. That is filled in, marked as inferred, and gives way to
-- a report.
begin;
select plan(8);

create temporary table delivery on commit drop as select tests.a_delivery(status) as id, status from unnest('{sent, delivered, opened}'::text[]) as status;
update notification_deliveries set sent_at = '2040-05-01 12:00+00', delivered_at = case when status in ('delivered', 'opened') then '2040-05-01 12:01+00'::timestamptz end,
  opened_at = case when status = 'opened' then '2040-05-01 12:02+00'::timestamptz end;
insert into notification_tracking_links (short_code, delivery_id, destination_url) select status, id, 'https://example.com/' || status from delivery;
select from delivery cross join lateral record_link_click(delivery.status, 'Firefox', 'GET', '2040-05-01 13:00+00');
create function pg_temp.stamps(p_status text) returns text language sql as $$
  select concat_ws(' ', inferred, to_char(delivered_at at time zone 'UTC', 'HH24:MI'), to_char(opened_at at time zone 'UTC', 'HH24:MI'))
  from notification_deliveries inner join delivery using (id) where delivery.status = p_status
$$;
select is(pg_temp.stamps('sent'), '{delivered_at,opened_at} 13:00 13:00', 'of a sent one both are inferred');
select is(pg_temp.stamps('delivered'), '{opened_at} 12:01 13:00', 'of a delivered one the opening');
select is(pg_temp.stamps('opened'), '{} 12:01 12:02', 'of an opened one nothing');
select from delivery cross join lateral record_link_click(delivery.status, 'Firefox', 'GET', '2040-05-01 14:00+00');
select is(pg_temp.stamps('sent'), '{delivered_at,opened_at} 13:00 13:00', 'another click changes none of it');

-- A text whose report comes after the click.
create temporary table who on commit drop as select a_user_with_phone() as id;
with made as (insert into notification_deliveries (recipient_user_id, channel) select id, 'sms' from who returning id)
insert into delivery select id, 'text' from made;
insert into sms_messages (user_id, phone_number, message_content, notification_delivery_id)
select who.id, phone_of(who.id), 'x', delivery.id from who cross join delivery where delivery.status = 'text';
update sms_messages set status = 'queued';
update sms_messages set status = 'sending';
update sms_messages set status = 'sent', sent_at = '2040-05-01 12:00+00', twilio_sid = 'SM1';
insert into notification_tracking_links (short_code, delivery_id, destination_url) select 'text', id, 'https://example.com/text' from delivery where status = 'text';
select is(record_link_click('text', 'Firefox', 'GET', '2040-05-01 12:30+00'), 'https://example.com/text', 'a click before the report');
select is(pg_temp.stamps('text'), '{delivered_at,opened_at} 12:30 12:30', 'infers both');
select is(record_twilio_status(null, 'SM1', 'delivered', p_now => '2040-05-01 12:10+00'), true, 'the report comes');
select is(pg_temp.stamps('text'), '{opened_at} 12:10 12:30', 'and takes the guess''s place');

select * from finish();
rollback;
