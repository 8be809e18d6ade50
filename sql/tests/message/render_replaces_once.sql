-- {{name}} is replaced by its value, once, whatever the value contains.
begin;
select plan(30);

insert into sms_templates (template_key, name, message_template, max_length)
values
  ('one', 'One', 'a {{x}} z', null), ('two', 'Two', '{{x}}{{y}}', null), ('twice', 'Twice', '{{x}} and {{x}}', null),
  ('blanks', 'Blanks', 'a {{ x }} {{  x}} {{x	}} z', null), ('none', 'None', 'a plain text', null),
  ('lines', 'Lines', E'first {{x}}\nsecond {{y}}\n', null), ('other', 'Other', 'a {x} {{x-y}} {{}} {{{x}}} }}{{ z', null),
  ('signs', 'Signs', '100% of $1 \1 & .* [{{x}}] ^(a|b)$', null), ('only', 'Only', '{{x}}', null);

select is(render_sms_template(template_key, vars), rendered, sentence)
from (
  values
    ('one', '{"x": "m"}'::jsonb, 'a m z', 'a variable becomes its value'),
    ('two', '{"x": "m", "y": "n"}', 'mn', 'two beside each other'),
    ('two', '{"x": "{{y}}", "y": "n"}', '{{y}}n', 'a value that contains {{y}} is words, not a variable'),
    ('two', '{"x": "{{x}}", "y": "{{x}}"}', '{{x}}{{x}}', 'nor is one that contains itself'),
    ('two', '{"x": "{{", "y": "x}}"}', '{{x}}', 'nor do two values make one'),
    ('twice', '{"x": "m"}', 'm and m', 'every place is filled'),
    ('blanks', '{"x": "m"}', 'a m m m z', 'white space inside the braces does not count'),
    ('none', '{"x": "m"}', 'a plain text', 'a template without variables stays as it is'),
    ('none', null, 'a plain text', 'and needs no values'),
    ('lines', '{"x": "m", "y": "n"}', E'first m\nsecond n\n', 'lines stay lines'),
    ('one', '{"x": "m\nn"}', E'a m\nn z', 'also in values'),
    ('other', '{"x": "m", "y": "n"}', 'a {x} {{x-y}} {{}} {m} }}{{ z', 'only names in double braces are variables'),
    ('signs', '{"x": "m"}', '100% of $1 \1 & .* [m] ^(a|b)$', 'signs of patterns are words in a template'),
    ('one', '{"x": "\\1"}', 'a \1 z', 'and in values: \1'),
    ('one', '{"x": "\\0 \\\\ \\"}', 'a \0 \\ \ z', 'backslashes'),
    ('one', '{"x": "&"}', 'a & z', '&'),
    ('one', '{"x": "$1 $$ $&"}', 'a $1 $$ $& z', '$1'),
    ('one', '{"x": ".*[a-z]+(?:x)|^$"}', 'a .*[a-z]+(?:x)|^$ z', 'a whole pattern'),
    ('one', '{"x": "%s %I %"}', 'a %s %I % z', 'a format'),
    ('one', '{"x": "''; drop table users; --"}', 'a ''; drop table users; -- z', 'a quote'),
    ('one', '{"x": "Grüße 日本 👨‍👩‍👧 \u00e7"}', 'a Grüße 日本 👨‍👩‍👧 ç z', 'letters of any script'),
    ('one', '{"x": 7}', 'a 7 z', 'a number'),
    ('one', '{"x": 7.50}', 'a 7.50 z', 'a number with its zero'),
    ('one', '{"x": true}', 'a true z', 'a truth'),
    ('one', '{"x": ["m", 1]}', 'a ["m", 1] z', 'a list is shown as JSON'),
    ('one', '{"x": null}', 'a  z', 'null leaves nothing behind, where no value is required'),
    ('one', '{}', 'a  z', 'so does no value'),
    ('one', '{"X": "m"}', 'a  z', 'names are told apart by their case'),
    ('one', '{"x": "m", "y": "unused"}', 'a m z', 'a value that nothing asks for does not matter'),
    ('only', '{"x": "  m "}', '  m ', 'blanks of a value stay')
) as example (template_key, vars, rendered, sentence);

select * from finish();
rollback;
