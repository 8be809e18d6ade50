-- A required value that is missing, null or blank is an error that names it.
begin;
select plan(15);

insert into sms_templates (template_key, name, message_template, required_vars, is_active, max_length)
values
  ('needs_two', 'Needs two', '{{b}} {{a}} {{c}}', '["b", "a"]', true, 160), ('off', 'Off', 'hello', '[]', false, 160),
  ('short', 'Short', '{{x}}', '[]', true, 10);
update sms_templates set is_active = null where template_key = 'off';

select throws_ok(
  format('select render_sms_template(''needs_two'', %L)', vars), 'SMS04', 'template needs_two lacks values for: ' || lacking, sentence
)
from (
  values
    ('{}', 'b, a', 'none is given: both are named, in the template''s order'),
    (null, 'b, a', 'null values are none'),
    ('{"a": "x"}', 'b', 'one is missing'),
    ('{"a": "x", "b": null}', 'b', 'one is null'),
    ('{"a": "x", "b": ""}', 'b', 'one is empty'),
    ('{"a": "x", "b": " \t\r\n"}', 'b', 'one is white space of any kind')
) as bad (vars, lacking, sentence);
select is(render_sms_template('needs_two', '{"a": 0, "b": false}'), 'false 0 ', 'zero and false are values');

select throws_ok($$select render_sms_template('no_such', '{}')$$, '23503', null, 'an unknown template');
select throws_ok($$select render_sms_template(null, '{}')$$, '22004', null, 'no template');
select throws_ok($$select render_sms_template('off', '{}')$$, '22023', null, 'a template that is not switched on');
select throws_ok($$select render_sms_template('short', '[]')$$, '22023', null, 'values that are no object');
select throws_ok($$select render_sms_template('short', 'null')$$, '22023', null, 'a JSON null');
select is(render_sms_template('short', '{"x": "1234567890"}'), '1234567890', 'ten characters fit ten');
select throws_ok(
  $$select render_sms_template('short', '{"x": "12345678901"}')$$, '22023',
  'template short gives 11 characters (1 segments), and its max_length is 10', 'eleven do not: the error has length and segments'
);
select is(render_sms_template('short', '{"x": "ééééé日本日本😀"}'), 'ééééé日本日本😀', 'characters are counted, not bytes or units');

select * from finish();
rollback;
