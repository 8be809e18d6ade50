-- A delivery has one short link to an address, however often and by however many it is asked for.
begin;
select plan(15);

create temporary table delivery on commit drop as
select tests.a_delivery() as id, number from generate_series(1, 3) as number;
create temporary table first on commit drop as
select create_tracking_link(id, 'https://example.com/a') as code from delivery where number = 1;

select matches((select code from first), '^[0-9A-Za-z]{6}$', 'a link has a code of six letters');
select is(
  (select (destination_url, click_count, bot_click_count, expires_at)::text from notification_tracking_links),
  '(https://example.com/a,0,0,)', 'leads to its address, was not followed yet, and works for ever'
);
select is(
  create_tracking_link(id, 'https://example.com/a'), (select code from first), 'asked again, it is the same one'
)
from delivery where number = 1;
select isnt(
  create_tracking_link(id, 'https://example.com/A'), (select code from first), 'another address has another code'
)
from delivery where number = 1;
select isnt(
  create_tracking_link(id, 'https://example.com/a'), (select code from first), 'and so has the same in another delivery'
)
from delivery where number = 2;
select is((select count(*) from notification_tracking_links), 3::bigint, 'so there are three');

update herald.settings set link_lifetime = '30 days';
create temporary table made on commit drop as
select * from herald.make_links(
  (select array_agg(delivery.id order by delivery.number, url) from delivery cross join unnest('{a,a,b}'::text[]) as url),
  (select array_agg('https://example.com/' || url order by delivery.number, url) from delivery cross join unnest('{a,a,b}'::text[]) as url),
  '2040-05-01 12:00+00'
);
select set_eq(
  'select number, destination_url from made inner join delivery on id = delivery_id',
  $$values (1, 'https://example.com/a'), (1, 'https://example.com/b'), (2, 'https://example.com/a'),
    (2, 'https://example.com/b'), (3, 'https://example.com/a'), (3, 'https://example.com/b')$$,
  'of many pairs each comes once'
);
select is((select count(*) from made), 6::bigint, 'also one that was named twice');
select is(
  (select short_code from made inner join delivery on id = delivery_id where number = 1 and destination_url like '%/a'),
  (select code from first), 'a link that was there is given as it is'
);
select results_eq(
  $$select distinct created_at, expires_at from notification_tracking_links where expires_at is not null$$,
  $$values ('2040-05-01 12:00+00'::timestamptz, '2040-05-31 12:00+00'::timestamptz)$$,
  'new ones end with the life that links have by now'
);
select is_empty('select herald.make_links(null, null, now())', 'of no pairs there are no links');
select is_empty($$select herald.make_links('{}', '{}', now())$$, 'of none at all neither');

-- The same pairs in one call and again: the index has the last word, but is never asked.
select is(
  (
    select count(distinct short_code)
    from herald.make_links(
      (select array_agg(id) from delivery cross join generate_series(1, 200)),
      (select array_agg('https://example.com/' || path) from delivery cross join generate_series(1, 200) as path), now()
    )
  ),
  600::bigint, 'six hundred pairs have six hundred codes'
);
select is(
  (
    select count(*)
    from herald.make_links(
      (select array_agg(id) from delivery cross join generate_series(1, 200)),
      (select array_agg('https://example.com/' || path) from delivery cross join generate_series(1, 200) as path), now()
    ) as made
    inner join notification_tracking_links as link using (delivery_id, destination_url, short_code)
  ),
  600::bigint, 'and keep them'
);
select throws_ok(
  $$
    insert into notification_tracking_links (short_code, delivery_id, destination_url)
    select 'another', id, 'https://example.com/a' from delivery where number = 1
  $$,
  '23505', null, 'an insert past the function makes no second one either'
);

select * from finish();
rollback;
