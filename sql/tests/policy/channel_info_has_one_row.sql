-- Whether and where a user can be texted is always one row; without a number nothing is available.
begin;
select plan(10);

create function pg_temp.info(p_change text) returns setof text language plpgsql as $$
declare
  v_user_id constant uuid := a_user();
begin
  insert into user_sms_preferences (user_id, phone_number, phone_verified, phone_verified_at, quiet_hours_start, quiet_hours_end, daily_sms_limit)
  values (v_user_id, '+12025550123', true, '2030-01-01 12:00:00+00', null, null, 1000);
  if p_change <> '' then
    execute 'update user_sms_preferences set ' || p_change || ' where user_id = $1' using v_user_id;
  end if;
  return query
  select concat_ws(
    ' ', has_sms_available, coalesce(phone_number, '-'), phone_verified, coalesce((phone_verified_at at time zone 'UTC')::date::text, '-'), opted_out
  )
  from get_user_sms_channel_info(v_user_id);
end;
$$;

select is(pg_temp.info(change), said, sentence)
from (
  values
    ('', 't +12025550123 t 2030-01-01 f', 'a verified number is available'),
    ('phone_verified = false', 'f +12025550123 f - f', 'an unverified one is not'),
    ('phone_verified = null', 'f +12025550123 f - f', 'nor one that nobody has said anything of'),
    ('phone_number = null', 'f - f - f', 'nor no number'),
    ('phone_number = ''+12025550199''', 'f +12025550199 f - f', 'a changed number is unverified'),
    ('opted_out = true', 'f +12025550123 t 2030-01-01 t', 'nor is the number of a user who has opted out available')
) as example (change, said, sentence);
select results_eq(
  'select * from get_user_sms_channel_info(a_user())', 'values (false, null::text, false, null::timestamptz, false)',
  'a user without preferences has a row'
);
select results_eq(
  'select * from get_user_sms_channel_info(gen_random_uuid())', 'values (false, null::text, false, null::timestamptz, false)',
  'so has an unknown one'
);
select results_eq(
  'select * from get_user_sms_channel_info(null)', 'values (false, null::text, false, null::timestamptz, false)', 'and null'
);
select herald.suppress_number('+12025550123', 'STOP', 'inbound', now());
select is(pg_temp.info(''), 'f +12025550123 t 2030-01-01 t', 'a suppressed number is not available, and whoever has it has opted out');

select * from finish();
rollback;
