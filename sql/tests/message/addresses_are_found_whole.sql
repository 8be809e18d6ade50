-- An address in a text is found whole, without the punctuation around it.
begin;
select plan(50);

select is(array(select herald.find_urls(words)), urls, sentence)
from (
  values
    ('See https://a.example/b today', '{https://a.example/b}'::text[], 'an address among words'),
    ('https://a.example/b', '{https://a.example/b}', 'one alone'),
    ('http://a.example', '{http://a.example}', 'one without a path'),
    ('HTTPS://A.Example/B', '{HTTPS://A.Example/B}', 'one in capitals'),
    ('https://a.example:8443/b;c=d?e=f&g=h,i#j/k', '{"https://a.example:8443/b;c=d?e=f&g=h,i#j/k"}', 'one with all its parts'),
    ('https://u:p@a.example/', '{https://u:p@a.example/}', 'one with a user'),
    ('http://[2001:db8::1]:80/x', '{http://[2001:db8::1]:80/x}', 'a host that is a number'),
    ('https://münchen.example/straße.', '{https://münchen.example/straße}', 'other letters'),
    ('見て https://日本.example/本。', '{https://日本.example/本}', 'other letters, and their full stop'),
    ('Done: https://a.example/b.', '{https://a.example/b}', 'a full stop ends the sentence'),
    ('https://a.example/b, and', '{https://a.example/b}', 'a comma'),
    ('https://a.example/b; and', '{https://a.example/b}', 'a semicolon'),
    ('https://a.example/b: it', '{https://a.example/b}', 'a colon'),
    ('https://a.example/b!', '{https://a.example/b}', 'an exclamation mark'),
    ('Is it https://a.example/b?', '{https://a.example/b}', 'a question mark'),
    ('https://a.example/b...', '{https://a.example/b}', 'three dots'),
    ('https://a.example/b…', '{https://a.example/b}', 'an ellipsis'),
    ('https://a.example/b?!.', '{https://a.example/b}', 'several marks'),
    ('https://a.example/b?c=d.', '{https://a.example/b?c=d}', 'a question inside stays'),
    ('https://a.example/b.html.', '{https://a.example/b.html}', 'so does a dot'),
    ('"https://a.example/b"', '{https://a.example/b}', 'quotes'),
    ('''https://a.example/b''', '{https://a.example/b}', 'single quotes'),
    ('“https://a.example/b”', '{https://a.example/b}', 'curly quotes'),
    ('‘https://a.example/b’.', '{https://a.example/b}', 'single curly quotes'),
    ('«https://a.example/b»', '{https://a.example/b}', 'angular quotes'),
    ('`https://a.example/b`', '{https://a.example/b}', 'backticks'),
    ('it is https://a.example/it''s', '{https://a.example/it''s}', 'an apostrophe inside'),
    ('<https://a.example/b>', '{https://a.example/b}', 'angle brackets'),
    ('(https://a.example/b)', '{https://a.example/b}', 'brackets around it'),
    ('(see https://a.example/b).', '{https://a.example/b}', 'brackets and a dot'),
    ('(see https://a.example/b.)', '{https://a.example/b}', 'a dot and brackets'),
    ('https://a.example/b_(c)', '{https://a.example/b_(c)}', 'brackets inside that match'),
    ('(https://a.example/b_(c))', '{https://a.example/b_(c)}', 'both'),
    ('https://a.example/b_(c).', '{https://a.example/b_(c)}', 'and a dot'),
    ('https://a.example/b(c(d(e)))', '{https://a.example/b(c(d(e)))}', 'brackets in brackets'),
    ('https://a.example/(b)/c', '{https://a.example/(b)/c}', 'brackets in the middle'),
    ('https://a.example/(b', '{https://a.example/(b}', 'one that stays open'),
    ('[https://a.example/b]', '{https://a.example/b}', 'square brackets'),
    ('https://a.example/?b[]=1&c[d]=2', '{"https://a.example/?b[]=1&c[d]=2"}', 'square brackets inside'),
    ('[words](https://a.example/b)', '{https://a.example/b}', 'a link of Markdown'),
    ('[https://a.example/b](https://a.example/b)', '{https://a.example/b}', 'a link of Markdown to itself'),
    (E'https://a.example/b\nhttps://a.example/c\thttps://a.example/d\u00a0e', '{https://a.example/b,https://a.example/c,https://a.example/d}', 'white space of all kinds'),
    ('https://a.example/c https://a.example/b https://a.example/c', '{https://a.example/c,https://a.example/b}', 'each once, in the order of the text'),
    ('https://a.example/https://b.example/c', '{https://a.example/https://b.example/c}', 'an address in an address is one'),
    ('https://a.example/' || repeat('x', 2028), array['https://a.example/' || repeat('x', 2028)], 'a long one'),
    ('https://a.example/' || repeat('x', 2031), '{}', 'one too long for a link is none'),
    ('xhttps://a.example/b http:/a.example http//a.example ftp://a.example', '{}', 'what looks like one'),
    ('https:// https://... https://? https:///x https://。 http://', '{}', 'nothing without a host'),
    ('', '{}', 'no words')
) as example (words, urls, sentence);
select is_empty('select herald.find_urls(null)', 'no text');

select * from finish();
rollback;
