-- How many links there are, and how many were followed: a fixture, and its exact numbers.
begin;
select plan(10);

create temporary table delivery on commit drop as select tests.a_delivery('sent') as id, number from generate_series(1, 3) as number;
select is((get_link_click_stats())::text, '(0,0,0,0)', 'where there is nothing there are zeros');
insert into notification_tracking_links (short_code, delivery_id, destination_url, created_at, click_count, bot_click_count)
select code, delivery.id, 'https://example.com/' || code, now() - age::interval, clicks, 7
from (
  values
    ('a', 1, '1 hour', 3), ('b', 1, '1 hour', 0), ('c', 1, '6 days 23 hours', 1), ('d', 1, '8 days', 5),
    ('e', 2, '1 hour', 0), ('f', 2, '7 days', 0), ('g', 2, '29 days', 2), ('h', 1, '0', null)
) as link (code, number, age, clicks)
inner join delivery using (number);

select is((get_link_click_stats())::text, '(6,4,2,33.33)', 'a week of all');
select is((get_link_click_stats(id))::text, '(4,4,2,50.00)', 'a week of one delivery') from delivery where number = 1;
select is((get_link_click_stats(id))::text, '(2,0,0,0.00)', 'without a click') from delivery where number = 2;
select is((get_link_click_stats(id))::text, '(0,0,0,0)', 'without a link') from delivery where number = 3;
select is((get_link_click_stats(p_days_back => 30))::text, '(8,11,4,50.00)', 'a month');
select is((get_link_click_stats(null, 0))::text, '(1,0,0,0.00)', 'no day but this moment');
select throws_ok('select get_link_click_stats(null, -1)', '22023', null, 'days are not negative');
select throws_ok('select get_link_click_stats(null, 36601)', '22023', null, 'nor over a century');
select throws_ok('select get_link_click_stats(null, null)', '22004', null, 'nor null');

select * from finish();
rollback;
