-- F107: every short link led to /, though the click was counted.
begin;
select plan(2);

create temporary table delivery on commit drop as select tests.a_delivery('sent') as id;
create temporary table wanted on commit drop as
select url, create_tracking_link(id, url) as code
from delivery
cross join unnest(array[
  'https://app.example.com/', 'https://app.example.com/tasks/4711', 'https://app.example.com/tasks/4711?tab=notes&x[]=%20#last',
  'http://other.example:8080/a//b/../c;d', 'https://münchen.example/straße', 'https://app.example.com/l/abc123',
  'https://app.example.com/' || repeat('x', 2024)
]) as url;

select is_empty(
  $$
  select url, place
  from wanted
  cross join lateral record_link_click(code, 'Mozilla/5.0 Firefox/120.0', p_now => now() + interval '1 hour') as place
  where place is distinct from url
  $$, 'each link leads to its own address, to the letter'
);
select is((select array_agg(distinct click_count) from notification_tracking_links), '{1}', 'and is counted');

select * from finish();
rollback;
