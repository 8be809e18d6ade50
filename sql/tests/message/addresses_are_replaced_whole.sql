-- A text has its addresses replaced by short ones, whole and once; everything else stays as it is.
begin;
select plan(22);

select is(herald.shorten_urls(words, urls, short_urls), shortened, sentence)
from (
  values
    ('See https://a.example/b.', '{https://a.example/b}'::text[], '{https://s.io/1}'::text[], 'See https://s.io/1.', 'an address'),
    ('https://a.example/b and https://a.example/b', '{https://a.example/b}', '{https://s.io/1}', 'https://s.io/1 and https://s.io/1', 'each place'),
    ('https://a.example/cd https://a.example/c', '{https://a.example/c,https://a.example/cd}', '{S1,S2}', 'S2 S1', 'no beginning of a longer one'),
    ('https://a.example/cd https://a.example/c', '{https://a.example/cd,https://a.example/c}', '{S2,S1}', 'S2 S1', 'whatever the order'),
    ('https://a.example/cd', '{https://a.example/c}', '{S1}', 'https://a.example/cd', 'also if the longer one has no link'),
    ('https://a.example https://a.example/ https://a.example?b', '{https://a.example}', '{S1}', 'S1 https://a.example/ https://a.example?b', 'nor a host'),
    ('https://a.example/b.c https://a.example/bxc', '{https://a.example/b.c}', '{S1}', 'S1 https://a.example/bxc', 'a dot is a dot'),
    ('https://a.example/?a=b+c*(d)[e]{2}^$|f', '{"https://a.example/?a=b+c*(d)[e]{2}^$|f"}', '{S1}', 'S1', 'signs of patterns are signs'),
    ('(https://a.example/b)', '{https://a.example/b}', array['\1&\0$1'], '(\1&\0$1)', 'also in what is put there'),
    ('https://a.example/1 https://a.example/2', '{https://a.example/1,https://a.example/2}', '{https://a.example/2,https://a.example/1}', 'https://a.example/2 https://a.example/1', 'nothing is replaced twice'),
    ('https://a.example/B', '{https://a.example/b}', '{S1}', 'https://a.example/B', 'capitals tell addresses apart'),
    (E'a\nhttps://a.example/b\n\n c ', '{https://a.example/b}', '{S1}', E'a\nS1\n\n c ', 'lines and blanks stay'),
    ('日本 https://a.example/b 👨‍👩‍👧', '{https://a.example/b}', '{S1}', '日本 S1 👨‍👩‍👧', 'letters of any kind stay'),
    ('no address', '{https://a.example/b}', '{S1}', 'no address', 'a text without one stays'),
    ('https://a.example/b', '{}', '{}', 'https://a.example/b', 'without links all stays'),
    ('https://a.example/b', null, null, 'https://a.example/b', 'so it does without even a list'),
    ('https://a.example/b', '{https://a.example/b}', '{null}', 'https://a.example/b', 'a link that is missing replaces nothing'),
    ('', '{https://a.example/b}', '{S1}', '', 'nothing stays nothing'),
    (null, '{https://a.example/b}', '{S1}', null, 'and null null')
) as example (words, urls, short_urls, shortened, sentence);

-- Two addresses out of many, with anything before, between and behind them.
create temporary table generated on commit drop as
select
  opening.sign || first.url || closing.sign || middle.sign || opening.sign || second.url || closing.sign as words,
  case when first.url = second.url then array[first.url] else array[first.url, second.url] end as urls,
  opening.sign || '<' || first.number || '>' || closing.sign || middle.sign || opening.sign || '<' || second.number || '>' || closing.sign as shortened
from unnest(array['', '(', '"', '<', 'at: ', '[words](', '“', E'line\n']) as opening (sign)
cross join unnest(array['', '.', ',', ')', ').', '.)', '"', '>', '”', '!', '?', ');', ']', '…', '''']) as closing (sign)
cross join unnest(array[' ', E'\n', ' and ', '  (or) ', ' 日本 ']) as middle (sign)
cross join unnest(array[
  'https://a.example', 'https://a.example/', 'https://a.example/b', 'https://a.example/bc', 'https://a.example/b?c=d.e',
  'http://a.example/b_(c)', 'https://a.example/?a[]=1', 'https://a.example/b#c', 'https://ü.example/ö', 'https://a.example/.+*'
]) with ordinality as first (url, number)
cross join unnest(array['https://a.example/b', 'https://a.example/b_(c)', 'https://a.example/b/', 'https://a.example/$1'])
with ordinality as second (url, number);

select is_empty(
  'select words, urls from generated where array(select herald.find_urls(words)) <> urls', 'two addresses are found in any company'
);
select is_empty(
  $$
  select words from generated
  where herald.shorten_urls(words, urls, array(
    select '<' || array_position(array[
      'https://a.example', 'https://a.example/', 'https://a.example/b', 'https://a.example/bc', 'https://a.example/b?c=d.e',
      'http://a.example/b_(c)', 'https://a.example/?a[]=1', 'https://a.example/b#c', 'https://ü.example/ö', 'https://a.example/.+*'
    ], url) || '>' from unnest(urls[1:1]) as url
    union all
    select '<' || array_position(array['https://a.example/b', 'https://a.example/b_(c)', 'https://a.example/b/', 'https://a.example/$1'], url) || '>'
    from unnest(urls[2:2]) as url
  )) <> shortened
    and cardinality(urls) = 2
  $$, 'and replaced, with nothing else changed'
);
select is_empty(
  $$
  select words from generated
  where words <> (select string_agg(plain || coalesce(url, ''), '' order by place) from herald.split_urls(words))
    or exists (select from herald.find_urls(words) as url where not herald.is_web_address(url))
  $$, 'the pieces of a text are the text, and what is found can be linked'
);

select * from finish();
rollback;
