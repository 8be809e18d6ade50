-- The daily limit counts texts of the user's own day, and a limit of nought is none (F80, F84, F86).
begin;
select plan(17);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550161') as id;
update user_sms_preferences set daily_sms_limit = 2, timezone = 'America/Los_Angeles' where user_id = (select id from who);
create function pg_temp.ask(p_now timestamptz, p_increment integer default 1, out allowed boolean, out n integer, out reset_at timestamptz, out reason text)
language sql as $$
  select allowed, current_count, reset_at, reason
  from check_and_increment_sms_daily_limit(p_user_id => (select id from who), p_increment => p_increment, p_now => p_now)
$$;

-- 23:30 in Los Angeles, which is already the next day in UTC.
select is((pg_temp.ask('2027-03-02 07:30+00'))::text, '(t,1,"2027-03-02 08:00:00+00",)', 'the first of two is counted, until the user''s midnight');
select is((pg_temp.ask('2027-03-02 07:40+00', 0)).n, 1, 'asking counts nothing');
select is((pg_temp.ask('2027-03-02 07:45+00', 2)).allowed, false, 'two more are one too many');
select is((pg_temp.ask('2027-03-02 07:45+00')).n, 2, 'and nothing of them was counted');
select is((pg_temp.ask('2027-03-02 07:59+00')).allowed, false, 'the third has to wait');
select is((pg_temp.ask('2027-03-02 07:59+00')).reason, '2 of 2 texts of this local day are used', 'and is told why');
select is((pg_temp.ask('2027-03-02 07:59+00', 0)).allowed, false, 'asking tells the same');
select is((pg_temp.ask('2027-03-02 08:00+00')).n, 1, 'midnight of the user begins anew');
-- Clocks go forward on 14 March 2027 in Los Angeles: that day has 23 hours.
select is((pg_temp.ask('2027-03-14 08:00+00')).reset_at, '2027-03-15 07:00+00', 'a day may have 23 hours');
select is((pg_temp.ask('2027-11-07 07:00+00')).reset_at, '2027-11-08 08:00+00', 'or 25');

update user_sms_preferences set daily_sms_limit = 0 where user_id = (select id from who);
select is((pg_temp.ask('2027-04-01 12:00+00')).allowed, false, 'a limit of 0 means none');
update user_sms_preferences set daily_sms_limit = null where user_id = (select id from who);
select is(
  (select ("limit", allowed)::text from check_and_increment_sms_daily_limit(p_user_id => (select id from who), p_default_limit => 3)),
  '(3,t)', 'without a limit of one''s own the default counts'
);
select is(
  (select (allowed, current_count, "limit", reason)::text from check_and_increment_sms_daily_limit(p_user_id => tests.a_user())),
  '(f,0,10,"the user has no SMS preferences")', 'who has no preferences gets no texts'
);
select is((select daily_sms_count from user_sms_preferences where user_id = (select id from who)), 1, 'the row tells the count');
select throws_ok('select * from check_and_increment_sms_daily_limit(gen_random_uuid(), -1)', '22023', null, 'texts are not uncounted this way');
select throws_ok('select * from check_and_increment_sms_daily_limit(gen_random_uuid(), null)', '22023', null, 'a number there must be');
select throws_ok('select * from check_and_increment_sms_daily_limit(gen_random_uuid(), 1, -1)', '22023', null, 'a default limit is not negative');

select * from finish();
rollback;
