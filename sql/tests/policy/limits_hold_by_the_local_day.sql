-- A day is a day of the user: the limit begins anew when their own date changes, not UTC's, also where clocks are far
-- from it or change that night.
begin;
select plan(24);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
-- One text has gone at the first instant; what of another one, at the second?
create function pg_temp.verdict(p_zone text, p_gone_at timestamptz, p_at timestamptz) returns text language sql as $$
  update user_sms_preferences set timezone = p_zone, daily_sms_limit = 1, daily_sms_count = 1, daily_count_reset_at = p_gone_at;
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '') || ': ' || evidence
  from explain_sms(p_user_id => (select id from reader), p_at => p_at)
  where gate = 'limits';
$$;

select is(pg_temp.verdict(zone, gone_at::timestamptz, at::timestamptz), answer, sentence)
from (
  values
    ('UTC', '2040-05-01 00:00+00', '2040-05-01 23:59:59.999+00', 'defer until 2040-05-02 00:00:00: 1 of 1 texts of the local day are used', 'a day''s last moment'),
    ('UTC', '2040-05-01 23:59:59+00', '2040-05-02 00:00+00', 'pass: 0 of 1 texts of the local day are used', 'the next one''s first'),
    ('Pacific/Kiritimati', '2040-04-30 10:00+00', '2040-05-01 09:59+00', 'defer until 2040-05-01 10:00:00: 1 of 1 texts of the local day are used', 'fourteen hours ahead: the first of May ends at ten in UTC'),
    ('Pacific/Kiritimati', '2040-05-01 09:59+00', '2040-05-01 10:00+00', 'pass: 0 of 1 texts of the local day are used', 'it is the second then'),
    ('Pacific/Pago_Pago', '2040-05-01 11:00+00', '2040-05-02 10:59+00', 'defer until 2040-05-02 11:00:00: 1 of 1 texts of the local day are used', 'eleven hours behind: two dates in UTC, one day'),
    ('Pacific/Pago_Pago', '2040-05-01 10:59+00', '2040-05-01 11:00+00', 'pass: 0 of 1 texts of the local day are used', 'one date in UTC, two days'),
    ('America/Los_Angeles', '2040-05-01 23:00+00', '2040-05-02 00:30+00', 'defer until 2040-05-02 07:00:00: 1 of 1 texts of the local day are used', 'UTC''s midnight is afternoon in Los Angeles'),
    ('Asia/Kathmandu', '2040-05-01 18:14+00', '2040-05-01 18:15+00', 'pass: 0 of 1 texts of the local day are used', 'a zone off the hour'),
    ('America/New_York', '2040-03-11 05:00+00', '2040-03-12 03:59+00', 'defer until 2040-03-12 04:00:00: 1 of 1 texts of the local day are used', 'a day of 23 hours'),
    ('America/New_York', '2040-11-04 04:00+00', '2040-11-05 04:59+00', 'defer until 2040-11-05 05:00:00: 1 of 1 texts of the local day are used', 'a day of 25 hours'),
    -- Beirut 2040-03-25: 00:00 becomes 01:00.
    ('Asia/Beirut', '2040-03-24 12:00+00', '2040-03-24 21:59+00', 'defer until 2040-03-24 22:00:00: 1 of 1 texts of the local day are used', 'a midnight that does not exist'),
    -- Havana 2040-11-04: 01:00 becomes 00:00.
    ('America/Havana', '2040-11-03 12:00+00', '2040-11-04 04:00+00', 'pass: 0 of 1 texts of the local day are used', 'a midnight that comes twice: the first one counts'),
    ('UTC', '2040-05-02 00:00+00', '2040-05-01 12:00+00', 'pass: 0 of 1 texts of the local day are used', 'a count of a day to come says nothing of today')
) as given (zone, gone_at, at, answer, sentence);

-- 0 means none; null takes the default, and that may be none at all.
create function pg_temp.limited(p_limit integer, p_default integer) returns text language sql as $$
  update herald.settings set default_daily_limit = p_default;
  update user_sms_preferences set timezone = 'UTC', daily_sms_limit = p_limit, daily_sms_count = 3, daily_count_reset_at = '2040-05-01 00:00+00';
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '') || ': ' || evidence
  from explain_sms(p_user_id => (select id from reader), p_at => '2040-05-01 12:00+00')
  where gate = 'limits';
$$;
select is(pg_temp.limited(daily_limit, default_limit), answer, sentence)
from (
  values
    (0, 10, 'block: 3 of 0 texts of the local day are used', '0 means none'),
    (3, 10, 'defer until 2040-05-02 00:00:00: 3 of 3 texts of the local day are used', 'the own limit is used up'),
    (4, 1, 'pass: 3 of 4 texts of the local day are used', 'the own limit goes before the default'),
    (null, 3, 'defer until 2040-05-02 00:00:00: 3 of 3 texts of the local day are used', 'null takes the default'),
    (null, 0, 'block: 3 of 0 texts of the local day are used', 'a default of 0 means none, too'),
    (null, null, 'pass: no limit', 'no default, no limit')
) as given (daily_limit, default_limit, answer, sentence);

-- The real way, from Auckland, where it is thirteen hours later in January.
update herald.settings set default_daily_limit = 10;
update user_sms_preferences set timezone = 'Pacific/Auckland', daily_sms_limit = 1, daily_sms_count = 0;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, expires_at)
select id, '+12025550123', at::text, 'scheduled', at, '2041-01-01 00:00+00'
from reader cross join unnest('{2040-01-15 09:00+00, 2040-01-15 10:00+00, 2040-01-15 11:30+00}'::timestamptz[]) as at;
select from tick('2040-01-15 09:00+00'), claim_sms('a sender', p_now => '2040-01-15 09:00+00');
select from tick('2040-01-15 10:00+00'), claim_sms('a sender', p_now => '2040-01-15 10:00+00');
select from tick('2040-01-15 11:30+00'), claim_sms('a sender', p_now => '2040-01-15 11:30+00');
select results_eq(
  'select status::text, scheduled_for, counted_at from sms_messages order by coalesce(deferred_from, scheduled_for)',
  $$values
    ('sending', '2040-01-15 09:00+00'::timestamptz, '2040-01-15 09:00+00'::timestamptz),
    ('sending', '2040-01-15 11:00+00', '2040-01-15 11:30+00'),
    ('scheduled', '2040-01-16 11:00+00', null)
  $$,
  'one goes a day, and who was moved to the next one is its first'
);
select results_eq(
  'select daily_sms_count, daily_count_reset_at from user_sms_preferences',
  $$values (1, '2040-01-15 11:30+00'::timestamptz)$$, 'the count is of the new day'
);
update user_sms_preferences set timezone = 'America/Los_Angeles';
select is(
  (select verdict from explain_sms(p_user_id => (select id from reader), p_at => '2040-01-15 12:00+00') where gate = 'limits'),
  'defer', 'whoever moves to another zone does not begin anew where it is the same day'
);

-- Somewhere it is always just after midnight.
create function pg_temp.a_zone(p_is_new_day boolean) returns text language sql as $$
  select name
  from pg_timezone_names
  where name ~ '^Etc/GMT[+-]'
    and ((now() at time zone name)::date > ((now() - interval '61 minutes') at time zone name)::date) = p_is_new_day
  order by name
  limit 1;
$$;
update user_sms_preferences set timezone = pg_temp.a_zone(false);
update user_sms_preferences set daily_sms_limit = 5, daily_sms_count = 5, daily_count_reset_at = now() - interval '61 minutes';
update user_sms_preferences set timezone = pg_temp.a_zone(true);
select is(
  (select verdict from explain_sms(p_user_id => (select id from reader), p_at => now()) where gate = 'limits'),
  'defer', 'nor where the next day has just begun'
);
select is(daily_sms_count, 5, 'the day goes on by the new clock') from user_sms_preferences;

select * from finish();
rollback;
