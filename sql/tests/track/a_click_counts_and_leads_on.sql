-- Who follows a short link is led to its address, counted, and the delivery is known to have been clicked.
begin;
select plan(27);

create temporary table delivery on commit drop as
select tests.a_delivery(status) as id, status
from unnest('{pending, sent, delivered, opened, failed, bounced}'::text[]) as status;
update notification_deliveries set sent_at = '2040-05-01 12:00+00';
insert into notification_tracking_links (short_code, delivery_id, destination_url, created_at, expires_at)
select status, id, 'https://example.com/' || status, '2040-05-01 09:00+00', '2040-06-01 00:00+00' from delivery;
create function pg_temp.click(p_code text, p_at timestamptz) returns text language sql as $$
  select public.record_link_click(p_code, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1', 'GET', p_at)
$$;

select is(pg_temp.click('sent', '2040-05-01 12:30+00'), 'https://example.com/sent', 'a click leads to the address');
select is(
  (select (click_count, bot_click_count, first_clicked_at = '2040-05-01 12:30+00', last_clicked_at = '2040-05-01 12:30+00')::text
    from notification_tracking_links where short_code = 'sent'),
  '(1,0,t,t)', 'is counted, and its time is kept'
);
select is(
  (select (status, clicked_at = '2040-05-01 12:30+00')::text from notification_deliveries where id = delivery.id),
  '(clicked,t)', 'and the delivery is clicked'
) from delivery where status = 'sent';
create temporary table before on commit drop as
select notification_deliveries.ctid as version from notification_deliveries inner join delivery using (id) where delivery.status = 'sent';

select is(pg_temp.click('sent', '2040-05-02 08:00+00'), 'https://example.com/sent', 'a second click leads there, too');
select is(
  (select (click_count, first_clicked_at = '2040-05-01 12:30+00', last_clicked_at = '2040-05-02 08:00+00')::text
    from notification_tracking_links where short_code = 'sent'),
  '(2,t,t)', 'is counted, and the first time stays the first'
);
select is(
  (select notification_deliveries.ctid from notification_deliveries inner join delivery using (id) where delivery.status = 'sent'),
  (select version from before), 'and the delivery, which is clicked already, is not written again'
);
select is(pg_temp.click('sent', '2040-05-01 12:10+00'), 'https://example.com/sent', 'a click that is told late counts');
select is(
  (select (click_count, first_clicked_at = '2040-05-01 12:10+00', last_clicked_at = '2040-05-02 08:00+00')::text
    from notification_tracking_links where short_code = 'sent'),
  '(3,t,t)', 'and cannot make the last click an earlier one'
);

select is(pg_temp.click(status, '2040-05-01 13:00+00'), 'https://example.com/' || status, format('the link of a %s delivery works', status))
from delivery where status <> 'sent';
select is(
  (select (status, clicked_at = '2040-05-01 13:00+00')::text from notification_deliveries where id = delivery.id), expected,
  format('%s becomes %s', delivery.status, expected)
)
from delivery
inner join (values ('pending', '(clicked,t)'), ('delivered', '(clicked,t)'), ('opened', '(clicked,t)'), ('failed', '(failed,)'), ('bounced', '(bounced,)'))
  as becomes (status, expected) using (status);
select is(
  (select sum(click_count) from notification_tracking_links where short_code in ('failed', 'bounced')), 2::bigint,
  'where the delivery cannot be clicked the click counts all the same'
);

select is(pg_temp.click('unknown', '2040-05-01 13:00+00'), null, 'an unknown code leads nowhere');
select is(pg_temp.click('SENT', '2040-05-01 13:00+00'), null, 'and capitals tell codes apart');
select is(pg_temp.click(null, '2040-05-01 13:00+00'), null, 'nor does none');
select is(pg_temp.click('sent', '2040-05-31 23:59:59+00'), 'https://example.com/sent', 'a link works until it ends');
select is(pg_temp.click('sent', '2040-06-01 00:00+00'), null, 'and then no longer');
select is((select click_count from notification_tracking_links where short_code = 'sent'), 4, 'nor does it count');

-- A link of a text without a delivery.
insert into notification_tracking_links (short_code, message_id, destination_url, created_at, click_count)
select 'text', tests.a_text('sent'), 'https://example.com/text', '2040-05-01 09:00+00', null;
update sms_messages set sent_at = '2040-05-01 12:00+00';
select is(pg_temp.click('text', '2040-05-01 12:30+00'), 'https://example.com/text', 'a link of a text alone works');
select is((select click_count from notification_tracking_links where short_code = 'text'), 1, 'and counts, even from null');

select * from finish();
rollback;
