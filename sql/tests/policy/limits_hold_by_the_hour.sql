-- An hour is any hour: of the texts within it no more than the limit, whatever the clock shows.
begin;
select plan(17);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set hourly_sms_limit = 2, daily_sms_limit = 1000, timezone = 'UTC';
create function pg_temp.texts(p_words text[], p_at timestamptz) returns void language sql as $$
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  select id, '+12025550123', words, 'scheduled', p_at from reader cross join unnest(p_words) as words;
$$;
-- The time passes and the runner comes.
create function pg_temp.goes_at(p_now timestamptz) returns text language sql as $$
  select tick(p_now);
  select coalesce(string_agg(message_content, ', ' order by message_content), 'nothing') from claim_sms('a sender', p_now => p_now);
$$;

select from pg_temp.texts('{first}', '2040-05-01 12:10+00');
select from pg_temp.texts('{second}', '2040-05-01 12:50+00');
select from pg_temp.texts('{third}', '2040-05-01 13:00+00');
select is(pg_temp.goes_at('2040-05-01 12:10+00'), 'first', 'the first one goes');
select is(pg_temp.goes_at('2040-05-01 12:50+00'), 'second', 'so does the second');
select is(pg_temp.goes_at('2040-05-01 13:00+00'), 'nothing', 'the third would be too many within an hour, though the clock shows another one');
select results_eq(
  $$select status::text, scheduled_for, deferred_from, defer_reason from sms_messages where message_content = 'third'$$,
  $$values (
    'scheduled', '2040-05-01 13:10+00'::timestamptz, '2040-05-01 13:00+00'::timestamptz,
    'limits: 2 of 1000 texts of the local day are used, 2 of 2 of the hour'
  )$$,
  'it waits until the first is an hour old'
);
select is(pg_temp.goes_at('2040-05-01 13:09:59.999+00'), 'nothing', 'not a moment less');
select is(pg_temp.goes_at('2040-05-01 13:10+00'), 'third', 'and then it goes');

-- Many at the same instant.
select from pg_temp.texts('{a, b, c, d, e}', '2040-05-01 20:00+00');
select isnt(pg_temp.goes_at('2040-05-01 20:00+00'), 'nothing', 'of five at once');
select is((select count(*) from sms_messages where counted_at = '2040-05-01 20:00+00'), 2::bigint, 'two go');
select is(
  (select array_agg(distinct scheduled_for) from sms_messages where status = 'scheduled'), '{2040-05-01 21:00+00}'::timestamptz[],
  'the others wait for the next hour'
);
select isnt(pg_temp.goes_at('2040-05-01 21:00+00'), 'nothing', 'then');
select is((select count(*) from sms_messages where counted_at = '2040-05-01 21:00+00'), 2::bigint, 'two more go');
select is((select max(scheduled_for) from sms_messages where status = 'scheduled'), '2040-05-01 22:00+00', 'and one waits again');

-- A higher limit lets it go at once, a lower one does not take anything back.
update user_sms_preferences set hourly_sms_limit = 3;
select matches(pg_temp.goes_at('2040-05-01 21:00:01+00'), '^[a-e]$', 'raising the limit lets what was deferred go');
update user_sms_preferences set hourly_sms_limit = 1;
select from pg_temp.texts('{later}', '2040-05-01 21:30+00');
select is(pg_temp.goes_at('2040-05-01 21:30+00'), 'nothing', 'more have gone than a lowered limit allows');
select is((select scheduled_for from sms_messages where message_content = 'later'), '2040-05-01 22:00:01+00', 'so it waits until the last of them is an hour old');

-- 0 means none, null no such limit.
update user_sms_preferences set hourly_sms_limit = 0;
select is(
  (select verdict || ': ' || evidence from explain_sms(p_user_id => (select id from reader), p_at => '2040-06-01 12:00+00') where gate = 'limits'),
  'block: 0 of 1000 texts of the local day are used, 0 of 0 of the hour', '0 lets nothing pass, ever'
);
update user_sms_preferences set hourly_sms_limit = null;
select is(
  (select verdict || ': ' || evidence from explain_sms(p_user_id => (select id from reader), p_at => '2040-05-01 21:30+00') where gate = 'limits'),
  'pass: 8 of 1000 texts of the local day are used', 'null is no limit by the hour'
);

select * from finish();
rollback;
