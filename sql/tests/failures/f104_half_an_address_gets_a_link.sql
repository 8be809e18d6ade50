-- F104: a text was cut to length before its addresses were shortened, so half an address got a link; a dot or a bracket
-- behind it became part of it; and each run made new links. The whole text is shortened, and then measured.
begin;
select plan(8);

create temporary table delivery on commit drop as select tests.a_delivery() as id;
create temporary table words on commit drop as
select
  'Your report of the week is ready (see https://reports.example.com/teams/4711/weeks/2040-18?view=summary&token=' || repeat('0123456789', 15)
  || '). All others: https://reports.example.com/teams/4711.' as long;
create function pg_temp.shortened(p_words text) returns text language sql as $$
  select herald.shorten_urls(p_words, array_agg(made.destination_url), array_agg('https://go.example.com/l/' || made.short_code))
  from (select array_agg(url) as urls from herald.find_urls(p_words) as url) as found
  cross join lateral herald.make_links(array_fill((select id from delivery), array[cardinality(urls)]), urls, now()) as made
$$;
create temporary table first on commit drop as select pg_temp.shortened(long) as text from words;

select results_eq(
  'select destination_url from notification_tracking_links order by char_length(destination_url)',
  array[
    'https://reports.example.com/teams/4711',
    'https://reports.example.com/teams/4711/weeks/2040-18?view=summary&token=' || repeat('0123456789', 15)
  ],
  'the links lead to whole addresses, without dot and bracket'
);
select matches(
  (select text from first),
  '^Your report of the week is ready \(see https://go\.example\.com/l/[0-9A-Za-z]{6}\)\. All others: https://go\.example\.com/l/[0-9A-Za-z]{6}\.$',
  'which stay where they were'
);
select is((select segment_count from sms_segments((select long from words))), 3, 'the text would have taken three segments');
select is((select segment_count from sms_segments((select text from first))), 1, 'and takes one: it is measured afterwards');
select is(pg_temp.shortened((select long from words)), (select text from first), 'made again, it is the same text');
select is((select count(*) from notification_tracking_links), 2::bigint, 'with the same links');
select is(create_tracking_link(delivery.id, 'https://reports.example.com/teams/4711'), short_code, 'asked for one by one, they are the same again')
from delivery cross join notification_tracking_links where destination_url = 'https://reports.example.com/teams/4711';
select is(
  array(select herald.find_urls((select text from first))), array(select herald.find_urls(pg_temp.shortened((select long from words)))),
  'and short links are addresses as others are'
);

select * from finish();
rollback;
