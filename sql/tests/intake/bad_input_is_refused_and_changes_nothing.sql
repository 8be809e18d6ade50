-- What makes no sense is refused with an error that names it, and nothing is left behind.
begin;
select plan(39);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000b');
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, null, null, 1000);
insert into sms_templates (template_key, name, message_template, is_active)
values ('switched_off', 'Switched off', 'hello', false), ('empty', 'Empty', '{{nothing}}', true);

select throws_ok(
  format('select queue_sms_message(%s)', arguments), code, null, sentence
)
from (
  values
    ($$'00000000-0000-0000-0000-00000000000a', '2025550123', 'hello'$$, '22023', 'a number without its plus sign'),
    ($$'00000000-0000-0000-0000-00000000000a', '+1 202 555 0123', 'hello'$$, '22023', 'a number with blanks'),
    ($$'00000000-0000-0000-0000-00000000000a', '+02025550123', 'hello'$$, '22023', 'a number that begins with 0'),
    ($$'00000000-0000-0000-0000-00000000000a', '+120255', 'hello'$$, '22023', 'a number that is too short'),
    ($$'00000000-0000-0000-0000-00000000000a', '+1202555012345678', 'hello'$$, '22023', 'a number that is too long'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123x', 'hello'$$, '22023', 'a number with a letter'),
    ($$'00000000-0000-0000-0000-00000000000a', E'+12025550123\n', 'hello'$$, '22023', 'a number with a line end'),
    ($$'00000000-0000-0000-0000-00000000000a', '', 'hello'$$, '22023', 'an empty number'),
    ($$'00000000-0000-0000-0000-00000000000b', null, 'hello'$$, '22004', 'no number, for a user who has none'),
    ($$'00000000-0000-0000-0000-00000000000c', '+12025550123', 'hello'$$, '23503', 'an unknown user'),
    ($$null, '+12025550123', 'hello'$$, '22004', 'no user'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', ''$$, '22023', 'an empty body'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', E' \t\n'$$, '22023', 'a body of white space'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', repeat('a', 1601)$$, '22023', 'a body of 1,601 characters'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', null$$, '22023', 'neither words nor a template'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_template_key => 'urgent_task'$$, '22023', 'words and a template'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', 'asap'$$, '22P02', 'an unknown priority'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', null$$, '22004', 'a null priority'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_scheduled_for => 'tomorrow noonish'$$, '22007', 'a time that is none'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_metadata => '[]'$$, '22023', 'metadata that are a list'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_metadata => '"x"'$$, '22023', 'metadata that are a string'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_category => 'spam'$$, '23503', 'an unknown category'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_expires_at => now()$$, '22023', 'an expiry that is now'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_scheduled_for => '2040-05-01 12:00:00+00', p_expires_at => '2040-05-01 12:00:00+00'$$, '22023', 'an expiry at the text''s time'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_max_attempts => 0$$, '22023', 'no attempt'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_max_attempts => null$$, '22023', 'null attempts'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_project_id => gen_random_uuid()$$, '23503', 'an unknown project'),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', p_task_id => gen_random_uuid()$$, '23503', 'an unknown task'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'no_such'$$, '23503', 'an unknown template'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'switched_off'$$, '22023', 'a template that is switched off'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'empty'$$, '22023', 'a template that says nothing'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'urgent_task'$$, 'SMS04', 'no values for a template'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'urgent_task', p_template_vars => '{"task_name": "x"}'$$, 'SMS04', 'a missing value'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'urgent_task', p_template_vars => '[]'$$, '22023', 'values that are a list'),
    ($$'00000000-0000-0000-0000-00000000000a', null, null, p_template_key => 'urgent_task', p_template_vars => jsonb_build_object('task_name', repeat('a', 160), 'due_date', 'x')$$, '22023', 'a template that gets too long')
) as bad (arguments, code, sentence);

select throws_ok(
  $$
    insert into sms_messages (user_id, phone_number, message_content, status)
    values ('00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello', 'scheduled')
  $$,
  '22004', null, 'a scheduled text without a time'
);
select is((select count(*) from sms_messages), 0::bigint, 'no text is left behind');
select is((select count(*) from queue_jobs), 0::bigint, 'and no job');
select is((select count(*) from herald.sms_template_uses), 0::bigint, 'and no use of a template is counted');

select * from finish();
rollback;
