-- An error may end in anybody's log: number and words of a text are never in it.
begin;
select plan(8);

create function pg_temp.error_of(p_arguments text) returns text language plpgsql as $$
declare
  v_message text;
  v_detail text;
  v_hint text;
begin
  execute 'select queue_sms_message(' || p_arguments || ')';
  return 'no error';
exception
  when data_exception or integrity_constraint_violation or sqlstate 'SMS03' or sqlstate 'SMS04' then
    get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    return concat_ws(' | ', v_message, v_detail, v_hint);
end;
$$;
insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550187', true, null, null, 1000);
create temporary table said on commit drop as
select row_number() over () as number, pg_temp.error_of(arguments) as error
from (
  values
    ($$'00000000-0000-0000-0000-00000000000a', '12025550187', 'top secret'$$),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550187', 'top secret' || repeat('!', 1600)$$),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550187', 'top secret', p_category => 'spam'$$),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550187', 'top secret', p_project_id => gen_random_uuid()$$),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550187', 'top secret', p_expires_at => now()$$),
    ($$'00000000-0000-0000-0000-00000000000a', '+12025550187', null, p_template_key => 'urgent_task',
      p_template_vars => '{"task_name": "top secret"}'$$),
    ($$gen_random_uuid(), '+12025550187', 'top secret'$$)
) as bad (arguments);

select ok(error <> 'no error' and error !~ 'secret|2025550187', 'error ' || number || ' shows neither number nor words')
from said;
select is((select count(*) from said where error like '%|%'), 7::bigint, 'and each says what to do');

select * from finish();
rollback;
