-- F86: a limit of 0 was read as "not set", and meant 10. 0 means none; null is "not set".
begin;
select plan(6);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
create function pg_temp.after(p_change text) returns text language plpgsql as $$
declare
  v_id uuid;
begin
  update user_sms_preferences set timezone = 'UTC', daily_sms_limit = null, hourly_sms_limit = null, daily_sms_count = 0;
  execute 'update user_sms_preferences set ' || p_change;
  v_id := queue_sms_message((select id from reader), null, 'hello', p_scheduled_for => '2040-05-01 12:00+00');
  perform tick('2040-05-01 11:57+00');
  perform claim_sms('a sender', p_now => '2040-05-01 12:00+00');
  return (select status || coalesce(' ' || cancel_reason, '') from sms_messages where id = v_id);
end $$;

select is(pg_temp.after('daily_sms_limit = 0'), 'cancelled limits: 0 of 0 texts of the local day are used', 'a daily limit of 0');
select is(pg_temp.after('hourly_sms_limit = 0'), 'cancelled limits: 0 of 10 texts of the local day are used, 0 of 0 of the hour', 'an hourly limit of 0');
select is(pg_temp.after('daily_sms_limit = null'), 'sending', 'null is the default');
update herald.settings set default_daily_limit = 0;
select is(pg_temp.after('daily_sms_limit = null'), 'cancelled limits: 0 of 0 texts of the local day are used', 'which may be 0, too');
select is((select allowed from check_and_increment_sms_daily_limit((select id from reader), 1, 10, '2040-05-01 12:00+00')), true, 'the field''s call has a default of its own');
update user_sms_preferences set daily_sms_limit = 0;
select is((select allowed from check_and_increment_sms_daily_limit((select id from reader), 1, 10, '2040-05-01 12:00+00')), false, 'and knows 0');

select * from finish();
rollback;
