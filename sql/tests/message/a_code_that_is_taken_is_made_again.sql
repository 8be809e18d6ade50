-- A new link whose code is taken gets another one, a longer one in the end; and if there is none, an error says so.
begin;
select plan(11);

create temporary table delivery on commit drop as select tests.a_delivery() as id;
create function pg_temp.links(p_count integer, p_lengths integer[], p_prefix text default '')
returns table (url text, code text) language sql as $$
  select made.destination_url, made.short_code
  from herald.make_links(
    (select array_agg(id) from delivery cross join generate_series(1, p_count)),
    (select array_agg('https://example.com/' || p_prefix || number) from generate_series(1, p_count) as number),
    now(), p_lengths
  ) as made
$$;

-- Sixty-two links, sixty-two codes of one letter: whoever comes last finds the one that is free. On average that is the
-- sixty-second round, and the three-thousandth once in 10^21 times.
select is(
  (select string_agg(code, '' order by code collate "C") from pg_temp.links(62, array_fill(1, '{3000}'))),
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 'codes are tried until every link has one'
);
select throws_ok(
  $$select pg_temp.links(1, '{1, 1, 1}', 'more')$$, '54000', 'no free short code for 1 of 1 links',
  'when none is free, that is said'
);
select throws_ok(
  $$select pg_temp.links(63, '{1, 1, 1}')$$, '54000', 'no free short code for 1 of 63 links',
  'also if only some have none'
);
select is((select count(*) from notification_tracking_links), 62::bigint, 'and then no link is made');
select is(
  (select char_length(code) from pg_temp.links(1, '{1, 1, 1, 2}', 'more')), 2, 'longer codes help'
);
select is(
  (select array_agg(char_length(code)) from pg_temp.links(1, '{}')), '{1}', 'a link that was there keeps its code and needs no round'
);

-- The usual call, when luck is against it: the source is replaced by one that gives what we say.
create temporary sequence calls;
create temporary table asked (length integer) on commit drop;
create or replace function herald.short_codes(p_count integer, p_length integer)
returns setof text language plpgsql set search_path = '' as $$
begin
  insert into pg_temp.asked values (p_length);
  return query select case when nextval('pg_temp.calls') > current_setting('tests.luck')::integer
    then repeat('z', p_length) else 'taken1' end from generate_series(1, p_count);
end $$;
insert into notification_tracking_links (short_code, delivery_id, destination_url)
select 'taken1', id, 'https://example.com/taken' from delivery;

set local tests.luck = 1;
select is(create_tracking_link(id, 'https://example.com/one'), 'zzzzzz', 'after one collision there is another code') from delivery;
delete from asked;
select setval('calls', 1, false);
set local tests.luck = 4;
select is(create_tracking_link(id, 'https://example.com/two'), 'zzzzzzzz', 'after four it is longer') from delivery;
select results_eq('select length from asked', '{6, 6, 6, 7, 8}'::integer[], 'three rounds with six letters, then more');
delete from asked;
set local tests.luck = 1000;
select throws_ok(
  $$select create_tracking_link(id, 'https://example.com/three') from delivery$$, '54000', null, 'and it does not go on for ever'
);
select is((select count(*) from asked), 0::bigint, 'what was tried is undone');

select * from finish();
rollback;
