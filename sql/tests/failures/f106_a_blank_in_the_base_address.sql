-- F106: a blank at the end of the base address broke every link.
begin;
select plan(9);

select throws_ok(
  format('update herald.settings set link_base_url = %L', url), '23514', null, format('%s is refused', sentence)
)
from (
  values
    ('https://go.example.com ', 'a blank behind'), (' https://go.example.com', 'a blank before'),
    (E'https://go.example.com\n', 'a new line'), ('https://go.example.com/', 'a slash that would come twice'),
    ('https://go.example.com?x', 'a question'), ('https://go.example.com#x', 'a fragment'), ('go.example.com', 'no protocol'), ('', 'nothing')
) as base (url, sentence);
select lives_ok($$update herald.settings set link_base_url = 'https://go.example.com/to'$$, 'a host and a path are taken');

select * from finish();
rollback;
