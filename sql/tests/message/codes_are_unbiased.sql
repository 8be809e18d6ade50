-- A short code is of so many digits and letters as asked for, and each of the 62 is as likely as any other.
begin;
select plan(18);

select matches(generate_short_code(), '^[0-9A-Za-z]{6}$', 'a code has six letters of base62');
select is(char_length(generate_short_code(length)), length, format('or %s', length))
from unnest('{1, 5, 14, 15, 16, 64}'::integer[]) as length;
select is(char_length(generate_short_code(length => 8)), 8, 'the argument is called length');
select throws_ok(
  format('select generate_short_code(%s)', length), errcode, null, format('a length of %s is refused', length)
)
from (values ('0', '22023'), ('-1', '22023'), ('65', '22023'), ('null', '22004')) as refused (length, errcode);

create temporary table made on commit drop as select code from herald.short_codes(6200, 10) as code;
select is((select count(*) from made), 6200::bigint, 'a set of codes is as large as asked for');
select is(
  (select (count(*), min(char_length(code)), max(char_length(code)))::text from herald.short_codes(2000, 14) as code), '(2000,14,14)',
  'no code is short because letters were thrown away'
);
select is((select count(distinct code) from made), 6200::bigint, 'and all of them differ');
select is(
  (select count(distinct letter) from made cross join string_to_table(code, null) as letter), 62::bigint,
  'each of 62 letters comes'
);
-- Of 61 degrees of freedom: 61 is usual, 150 once in a thousand million runs. A byte's remainder by 62 gives 400.
select cmp_ok(
  (
    select sum((times - 1000) * (times - 1000) / 1000.0)
    from (select count(*) as times from made cross join string_to_table(code, null) as letter group by letter) as counted
  ),
  '<', 150.0, 'and none is preferred'
);
select is_empty('select herald.short_codes(0, 6)', 'of no codes there are none');

select * from finish();
rollback;
