-- reschedule_sms gives a text that has not left another time, and tells when it goes; nothing else has a time to give.
begin;
select plan(26);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create function pg_temp.a_text(p_at timestamptz default '2040-05-01 12:00+00', p_expires_at timestamptz default null, p_rule text default null)
returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  select queue_sms_message(id, '+12025550123', 'hello', p_scheduled_for => p_at, p_expires_at => p_expires_at, p_recurrence_pattern => p_rule) from reader;
$$;

select is(reschedule_sms(pg_temp.a_text(), '2040-05-01 14:00+00'), '2040-05-01 14:00+00', 'a text for later has another time');
select is((select expires_at from sms_messages), '2040-05-02 14:00+00', 'a default expiry goes along');
select is(reschedule_sms((select id from sms_messages), '2040-05-01 10:00+00'), '2040-05-01 10:00+00', 'an earlier one, too');
select from tick('2040-05-01 09:57+00');
select is(reschedule_sms((select id from sms_messages), '2040-05-01 16:00+00'), '2040-05-01 16:00+00', 'a text that has its job');
select is((select count(*) from queue_jobs), 0::bigint, 'loses it until its time is near');
select from tick('2040-05-01 15:57+00');
select is((select array_agg(scheduled_for) from queue_jobs), '{2040-05-01 16:00+00}', 'and has one for the new time');
select is(reschedule_sms(pg_temp.a_text(), now()), now(), 'at once is a time, too');
select is((select status::text from sms_messages), 'queued', 'and then it is planned at once');
update user_sms_preferences set quiet_hours_start = (now() at time zone 'UTC')::time - interval '1 hour', quiet_hours_end = (now() at time zone 'UTC')::time + interval '1 hour';
select is(reschedule_sms(pg_temp.a_text(), now()), now() + interval '1 hour', 'what is told is when it goes: after quiet hours');
update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;

-- An expiry that was given.
select is(reschedule_sms(pg_temp.a_text(p_expires_at => '2040-05-01 13:00+00'), '2040-05-01 12:30+00'), '2040-05-01 12:30+00', 'within the expiry that was given');
select is((select expires_at from sms_messages), '2040-05-01 13:00+00', 'that stays');
select throws_ok(
  $$select reschedule_sms((select id from sms_messages), '2040-05-01 13:00+00')$$, '22023', 'p_scheduled_for 2040-05-01 13:00:00 UTC is not before the text''s expiry 2040-05-01 13:00:00 UTC',
  'past it, it would never go: that is an error'
);
select is((select scheduled_for from sms_messages), '2040-05-01 12:30+00', 'and changes nothing');
select is(
  reschedule_sms((select id from sms_messages), '2040-05-01 15:00+00', '2040-05-01 15:30+00'), '2040-05-01 15:00+00', 'with another expiry it can move past the old one'
);
select is((select expires_at from sms_messages), '2040-05-01 15:30+00', 'which it has then');
select throws_ok(
  $$select reschedule_sms((select id from sms_messages), '2040-05-01 16:00+00', '2040-05-01 16:00+00')$$, '22023', null, 'an expiry is after the time'
);

-- What has no time to give.
select throws_ok($$select reschedule_sms(gen_random_uuid(), '2040-05-01 12:00+00')$$, '23503', null, 'an unknown text');
select throws_ok($$select reschedule_sms(null, '2040-05-01 12:00+00')$$, '22004', null, 'no text');
select throws_ok($$select reschedule_sms(pg_temp.a_text(), null)$$, '22004', null, 'no time');
select throws_ok($$select reschedule_sms(pg_temp.a_text(), 'infinity')$$, '22023', null, 'no instant');
select throws_ok($$select reschedule_sms(pg_temp.a_text(), now() - interval '25 hours')$$, '22023', null, 'a time long past');
select lives_ok($$select reschedule_sms(pg_temp.a_text(), now() - interval '23 hours')$$, 'a little late is at once');
select throws_ok(
  format($$select reschedule_sms(%L, '2040-05-01 12:00+00')$$, tests.a_text(status)), 'SMS01', null, format('a text that is %s', status)
)
from unnest('{sending, sent, cancelled}'::sms_status[]) as status;

-- Between claim and answer.
select from pg_temp.a_text();
select from tick('2040-05-01 11:57+00'), claim_pending_jobs('{send_sms}', p_now => '2040-05-01 12:00+00');
select throws_ok($$select reschedule_sms((select id from sms_messages), '2040-05-01 12:00+00')$$, 'SMS01', null, 'a text whose job is claimed');

select * from finish();
rollback;
