-- A short link leads to an absolute http or https address, and never where a browser would go instead.
begin;
select plan(60);

create temporary table delivery on commit drop as select tests.a_delivery() as id;
create function pg_temp.refusal(p_attempt text, out code text, out said text) language plpgsql as $$
begin
  execute p_attempt;
exception when others then
  get stacked diagnostics code = returned_sqlstate, said = message_text;
end $$;
create temporary table refused (url text, sentence text) on commit drop;
insert into refused values
('javascript:alert(1)', 'a script'),
('JavaScript://example.com/%0aalert(1)', 'a script that looks like an address'),
('javascript:alert(1)//https://example.com/x', 'a script that ends like an address'),
('data:text/html,hello', 'a page in the address'),
('vbscript:x', 'another script'),
('file:///etc/hostname', 'a file'),
('ftp://example.com/x', 'another protocol'),
('//evil.example/x', 'an address without a protocol'),
('/path', 'a path'),
('example.com/x', 'a host alone'),
('', 'nothing'),
(' https://example.com/x', 'a blank before'),
('https://example.com/x ', 'a blank behind'),
('https://example.com/a b', 'a blank within'),
(E'https://example.com/x\nSet-Cookie: a=b', 'a new line'),
(E'https://example.com/x\r\nLocation: y', 'two'),
(E'\nhttps://example.com/x', 'a new line before'),
(E'https://example.com/x\n', 'a new line behind'),
(E'javascript:x\nhttps://example.com/x', 'a script in the line before'),
(E'https://example.com/\tx', 'a tab'),
(E'https://example.com/\u0001x', 'a control character'),
(E'https://example.com/\u007fx', 'another'),
(E'https://example.com/\u0085x', 'a new line of other times'),
(E'https://example.com/\u00a0x', 'a blank that does not break'),
(E'https://example.com/\u2003x', 'a wide blank'),
(E'https://example.com/\u2028x', 'a line separator'),
(E'https://example.com/\u202ex', 'what turns the direction of letters'),
(E'https://example.com/\u200bx', 'a blank of no width'),
(E'https://example.com/\u3000x', 'an ideographic blank'),
('https://example.com\@evil.example/', 'a backslash, which browsers take for a slash'),
('https:\\example.com/x', 'backslashes'),
('https://', 'no host'),
('https:///x', 'no host, but a path'),
('https://?x', 'no host, but a question'),
('https:/example.com', 'one slash'),
('https:example.com', 'none'),
('https://@example.com/', 'a user without a name'),
('https://example.com/<script>', 'pieces of a page'),
('https://example.com/"x', 'a quote'),
('https://example.com/' || repeat('x', 2029), 'more than 2,048 characters');

select is(
  (pg_temp.refusal(format('select public.create_tracking_link(%L, %L)', delivery.id, url))).code, '22023', sentence || ' is refused'
)
from refused cross join delivery;
select is_empty(
  $$
  select sentence, answer.said
  from refused
  cross join delivery
  cross join pg_temp.refusal(format('select public.create_tracking_link(%L, %L)', delivery.id, url)) as answer
  where url <> '' and strpos(answer.said, url) > 0
  $$, 'no error repeats the address'
);
select is(
  (pg_temp.refusal(format('select herald.make_links(array[%L]::uuid[], array[%L], now())', delivery.id, 'javascript:x'))).code, '22023',
  'many at once are looked at in the same way'
) from delivery;
select is(
  (pg_temp.refusal(format('select herald.make_links(array[%L]::uuid[], %s, now())', delivery.id, urls))).code, '22023', 'so are arrays: ' || urls
) from delivery cross join unnest(array[$$array['https://a.b', 'https://a.c']$$, $$array[null]::text[]$$]) as urls;
select throws_ok($$select herald.make_links('{null}', '{https://a.b}', now())$$, '22023', null, 'and a delivery that is none');
select throws_ok($$select create_tracking_link(null, 'https://a.b')$$, '22004', null, 'a link needs a delivery');
select throws_ok($$select create_tracking_link(id, null) from delivery$$, '22004', null, 'and an address');
select throws_ok(
  $$select create_tracking_link('00000000-0000-0000-0000-00000000000a', 'https://a.b')$$, '23503',
  'unknown p_delivery_id: ''00000000-0000-0000-0000-00000000000a''', 'a delivery that there is'
);
select throws_ok(
  $$select herald.make_links('{00000000-0000-0000-0000-00000000000a}', '{https://a.b}', now())$$, '23503', null, 'also among many'
);
select is_empty('select 1 from notification_tracking_links', 'nothing was made of all that');

select lives_ok(
  format('select create_tracking_link(%L, %L)', delivery.id, url), sentence || ' is taken'
)
from delivery
cross join (
  values
    ('http://example.com', 'plain http'), ('HTTPS://Example.COM/X', 'an address in capitals'),
    ('https://example.com:8443/a/b;c=d?e=f&g[]=h#i', 'an address with all its parts'),
    ('https://user@example.com/', 'one with a user'), ('http://[2001:db8::1]/x', 'a host that is a number'),
    ('https://münchen.example/straße/日本', 'one in other letters'), ('http://localhost:3000/x', 'a host without a dot'),
    ('https://example.com/a%20b''(c)!*,~$', 'signs that may be there'),
    ('https://example.com/' || repeat('x', 2028), 'one of 2,048 characters')
) as taken (url, sentence);
select is(
  (select count(*) from notification_tracking_links), 9::bigint, 'and each has its link'
);

select * from finish();
rollback;
