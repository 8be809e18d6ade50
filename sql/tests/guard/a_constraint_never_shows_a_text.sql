-- A failed constraint shows the row in its error, number and words included. So what an insert can get wrong is refused
-- before a constraint sees it.
begin;
select plan(34);

create function pg_temp.refusal(p_attempt text, out code text, out said text, out hint text) language plpgsql as $$
declare
  v_detail text;
begin
  execute p_attempt;
exception
  when data_exception or integrity_constraint_violation or sqlstate 'SMS01' then
    get stacked diagnostics code = returned_sqlstate, said = message_text, v_detail = pg_exception_detail, hint = pg_exception_hint;
    said := concat_ws(' ', said, v_detail, hint);
end $$;
create temporary table who on commit drop as select tests.a_user_with_phone('+12025550187') as id;
create temporary table waiting on commit drop as select tests.a_text() as id;
update sms_messages set message_content = 'top secret';

create temporary table refused on commit drop as
select wrong.*, refusal.code, refusal.said, refusal.hint
from (values
  ('22004', 'a text is somebody''s', $$insert into sms_messages (phone_number, message_content) values ('+12025550187', 'top secret')$$),
  ('22004', 'has an id', $$insert into sms_messages (id, user_id, phone_number, message_content) select null, id, '+12025550187', 'top secret' from who$$),
  ('22004', 'a status', $$insert into sms_messages (user_id, phone_number, message_content, status) select id, '+12025550187', 'top secret', null from who$$),
  ('22004', 'a priority', $$insert into sms_messages (user_id, phone_number, message_content, priority) select id, '+12025550187', 'top secret', null from who$$),
  ('22004', 'a correlation', $$insert into sms_messages (user_id, phone_number, message_content, correlation_id) select id, '+12025550187', 'top secret', null from who$$),
  ('22023', 'attempts to make', $$insert into sms_messages (user_id, phone_number, message_content, max_attempts) select id, '+12025550187', 'top secret', 0 from who$$),
  ('22023', 'none made that cannot be', $$insert into sms_messages (user_id, phone_number, message_content, attempt_count) select id, '+12025550187', 'top secret', -1 from who$$),
  ('22004', 'its user is not taken away', 'update sms_messages set user_id = null'),
  ('22004', 'nor its priority', 'update sms_messages set priority = null'),
  ('SMS01', 'nor its status', 'update sms_messages set status = null'),
  ('22004', 'nor its number', 'update sms_messages set phone_number = null'),
  ('22023', 'nor its attempts', 'update sms_messages set max_attempts = 0'),
  ('22004', 'wishes are somebody''s', $$insert into user_sms_preferences (phone_number) values ('+12025550187')$$),
  ('22004', 'and stay so', 'update user_sms_preferences set user_id = null'),
  ('22023', 'a limit is not negative', 'update user_sms_preferences set daily_sms_limit = -1'),
  ('22023', 'nor is a count', 'update user_sms_preferences set daily_sms_count = -1')
) as wrong (expected, why, attempt)
cross join lateral pg_temp.refusal(wrong.attempt) as refusal;

select is(code, expected, why) from refused;
select ok(said !~ 'secret|2025550187|1202100', format('and the error does not tell: %s', why)) from refused;
select is_empty('select why from refused where coalesce(hint, $$$$) = $$$$', 'each says what to do');
select is((select count(*) from sms_messages where message_content = 'top secret'), 1::bigint, 'and nothing has changed');

select * from finish();
rollback;
