-- What could never be sent is refused when it is written, by an error that repeats neither the number nor the words.
begin;
select plan(45);

create temporary table who on commit drop as select tests.a_user() as id;
create function pg_temp.refusal(p_phone text, p_body text, p_category text default null, out code text, out said text)
language plpgsql as $$
begin
  insert into public.sms_messages (user_id, phone_number, message_content, category)
  select id, p_phone, p_body, p_category from who;
exception when others then
  get stacked diagnostics code = returned_sqlstate, said = message_text;
  declare v_detail text; v_hint text;
  begin
    get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    said := concat_ws(' ', said, v_detail, v_hint);
  end;
end $$;

select is((pg_temp.refusal(phone, 'secret words')).code, '22023', format('%s is refused', quote_literal(phone)))
from unnest(array[
  '12025550123', '+02025550123', '+1202555012312345', '+1-202-555-0123', '+1 2025550123', '(202) 555-0123', '+12025550x23',
  '+', '', ' ', '+123456', E'+12025550123\n'
]) as phone;
select is((pg_temp.refusal(null, 'secret words')).code, '22004', 'a number there must be');
select unalike((pg_temp.refusal('12025559876', 'secret words')).said, '%2025559876%', 'the error does not show the number');
select unalike((pg_temp.refusal('12025550123', 'secret words')).said, '%secret%', 'nor the words');
select alike((pg_temp.refusal('12025550123', 'x')).said, '%phone_number%+12025550123.', 'it names the argument, and shows a good one');

select is((pg_temp.refusal('+12025550123', body)).code, '22023', format('%s says nothing', quote_literal(body)))
from unnest(array['', ' ', E'\t', E'\n', E' \r\n\t ', E'\f', chr(11)]) as body;
select is((pg_temp.refusal('+12025550123', body)).code, '22023', format('U+%s says nothing either', to_hex(ascii(body))))
from unnest(array[U&'\00A0', U&'\0085', U&'\00AD', U&'\2003 ', U&'\200B\200D', U&'\2028', U&'\2060', U&'\3000', U&'\3164', U&'\FEFF']) as body;
select is((pg_temp.refusal('+12025550123', U&'\00A0\4F60')).code, null, 'one character to see is enough');
select is((pg_temp.refusal('+12025550123', null)).code, '22004', 'words there must be');
select is((pg_temp.refusal('+12025550123', repeat('x', 1600))).code, null, '1,600 characters can be sent');
select is((pg_temp.refusal('+12025550123', repeat('é', 1600))).code, null, 'whatever they take in bytes');
select is((pg_temp.refusal('+12025550123', repeat('x', 1601))).code, '22023', '1,601 cannot');
select unalike((pg_temp.refusal('+12025550123', repeat('x', 1601))).said, '%xxxx%', 'and the error does not repeat them');
select is((pg_temp.refusal('+12025550123', 'x', 'nonsense')).code, '23503', 'a category must be known');
select alike((pg_temp.refusal('+12025550123', 'x', 'nonsense')).said, '%daily_brief%', 'and the hint names those that are');

select throws_ok(
  format('insert into sms_messages (user_id, phone_number, message_content, status) values (%L, %L, %L, %L)', id, '+12025550123', 'x', 'scheduled'),
  '22004', null, 'a scheduled text has a time'
) from who;
select throws_ok(
  format('update sms_messages set message_content = %L where id = %L', ' ', tests.a_text()), '22023', null,
  'words cannot be taken away afterwards'
);
select throws_ok(
  format('update sms_messages set phone_number = %L where id = %L', '5550123', tests.a_text()), '22023', null,
  'nor a number made worse'
);
select is(segment_count, 2, 'segments are counted anew with new words')
from (select tests.a_text() as id) as made,
  lateral (select tests.reword(made.id, repeat('x', 161)) as segment_count) as reworded;

select * from finish();
rollback;
