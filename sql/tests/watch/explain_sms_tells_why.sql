-- explain_sms tells of a text what became of it, and of each gate what it says, at the instant that counts; and of a
-- text that does not exist yet whether it would go.
begin;
select plan(39);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', quiet_hours_start = '22:00', quiet_hours_end = '08:00', phone_verified_at = '2030-01-01 12:00+00';
create function pg_temp.a_text(p_at timestamptz, p_rule text default null) returns uuid language sql as $$
  delete from sms_messages;
  delete from queue_jobs;
  delete from herald.senders;
  update user_sms_preferences set daily_sms_count = 0;
  select queue_sms_message(id, null, 'hello', p_scheduled_for => p_at, p_recurrence_pattern => p_rule) from reader;
$$;
create function pg_temp.id() returns uuid language sql as $$select id from sms_messages where occurrence is null$$;
create function pg_temp.outcome() returns text language sql as $$
  select concat_ws(' ', verdict, 'until ' || until::timestamp, '|', evidence) from explain_sms(pg_temp.id()) where gate = 'outcome';
$$;
-- The gates that do not pass.
create function pg_temp.against() returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', gate, verdict, 'until ' || until::timestamp), ', ' order by gate_order), 'nothing')
  from explain_sms(pg_temp.id()) where gate <> 'outcome' and verdict <> 'pass';
$$;
create function pg_temp.answered(p_result jsonb, p_now timestamptz) returns void language sql as $$
  select from record_sms_results(
    (select jsonb_agg(p_result || jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id)) from claim_sms('a sender', p_now => p_now)),
    p_now + interval '1 second'
  );
$$;

-- Waits.
select from pg_temp.a_text('2040-05-01 12:00+00');
select results_eq(
  'select gate_order, gate, verdict from explain_sms(pg_temp.id())',
  $$values
    (0, 'outcome', 'waits'), (1, 'kill_switch', 'pass'), (2, 'still_wanted', 'pass'), (3, 'not_expired', 'pass'), (4, 'not_suppressed', 'pass'),
    (5, 'not_opted_out', 'pass'), (6, 'verified', 'pass'), (7, 'switched_on', 'pass'), (8, 'legal_window', 'pass'), (9, 'quiet_hours', 'pass'),
    (10, 'limits', 'pass'), (11, 'sender_rate', 'pass')
  $$,
  'a row for what became of it and one for each gate, in their order'
);
select is(pg_temp.outcome(), 'waits until 2040-05-01 12:00:00 | its time is 2040-05-01 12:00:00 UTC', 'a text that waits');
select from pg_temp.a_text('2040-05-01 23:00+00');
select is(pg_temp.against(), 'quiet_hours defer until 2040-05-02 08:00:00', 'a text for the night: the gates speak for its time, not for now');
select is((select verdict from explain_sms(pg_temp.id(), p_at => '2040-05-01 12:00+00') where gate = 'quiet_hours'), 'pass', 'or for the instant that is asked about');

-- Deferred.
select from tick('2040-05-01 22:56+00');
select is(
  pg_temp.outcome(),
  'waits until 2040-05-02 08:00:00 | its time is 2040-05-02 08:00:00 UTC, moved from 2040-05-01 23:00:00 UTC by quiet_hours: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC',
  'a text that was deferred'
);
select is(pg_temp.against(), 'nothing', 'and would go at its new time');

-- Went, though its day is used up by it.
update user_sms_preferences set daily_sms_limit = 1, hourly_sms_limit = 1;
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00'), pg_temp.answered('{"http_status": 201, "sid": "SM1"}', '2040-05-01 12:00+00');
select is(pg_temp.outcome(), 'went | accepted by the provider at 2040-05-01 12:00:01 UTC as SM1', 'a text that went');
select is(pg_temp.against(), 'nothing', 'has nothing against it, though it has used up its day itself');
select is((select evidence from explain_sms(pg_temp.id()) where gate = 'limits'), 'it was counted at 2040-05-01 12:00:00 UTC', 'of which it is told');
update user_sms_preferences set daily_sms_limit = 1000;
select is(
  (select evidence from explain_sms(p_user_id => (select id from reader), p_at => '2040-04-01 12:00+00') where gate = 'limits'),
  '0 of 1000 texts of the local day are used, 0 of 1 of the hour', 'what went a month later is not of the hour'
);
update sms_messages set status = 'delivered', delivered_at = '2040-05-01 12:00:05+00';
select is(pg_temp.outcome(), 'went | accepted by the provider at 2040-05-01 12:00:01 UTC as SM1, delivered at 2040-05-01 12:00:05 UTC', 'a text that arrived');
update user_sms_preferences set opted_out = true, opted_out_at = '2040-05-02 12:00+00', opt_out_reason = 'STOP';
select results_eq(
  $$select verdict, evidence from explain_sms(pg_temp.id()) where gate = 'not_opted_out'$$,
  $$values ('pass', 'not at that time; since then: the user opted out at 2040-05-02 12:00:00 UTC: STOP')$$, 'an opt-out since then was no reason then'
);
update user_sms_preferences set opted_out = false;
update user_sms_preferences set daily_sms_limit = 1000, hourly_sms_limit = null;
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00'), pg_temp.answered('{"http_status": 201, "sid": "SM2"}', '2040-05-01 12:00+00');
update sms_messages set status = 'undelivered', twilio_error_code = 30003;
select is(pg_temp.outcome(), 'went | accepted by the provider at 2040-05-01 12:00:01 UTC as SM2, not delivered (30003)', 'a text that did not arrive');

-- On its way, and in doubt.
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00'), claim_sms('a sender', p_now => '2040-05-01 12:00+00');
select is(pg_temp.outcome(), 'sending | being sent since 2040-05-01 12:00:00 UTC', 'a text on its way');
select from tick('2040-05-01 12:10+00');
select is(pg_temp.outcome(), 'sending | in doubt since 2040-05-01 12:10:00 UTC: the provider may have taken it, so it is held and not sent again', 'a text in doubt');

-- Tried again, and failed.
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00');
update herald.settings set retry_jitter = 0;
select from claim_sms('a sender', p_now => '2040-05-01 12:00+00') cross join lateral fail_queue_job(job_id, 'away', true, processing_token, '5 minutes', '2040-05-01 12:00+00') as failed;
select is(pg_temp.outcome(), 'waits until 2040-05-01 12:00:00 | its time is 2040-05-01 12:00:00 UTC, tried again at 2040-05-01 12:05:00 UTC', 'a text that is tried again');
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00'), pg_temp.answered('{"http_status": 400, "error_code": 21211}', '2040-05-01 12:00+00');
select matches(pg_temp.outcome(), '^failed \| failed at 2040-05-01 12:00:01 UTC after 1 attempts: .+', 'a text that failed');

-- Cancelled.
select from pg_temp.a_text('2040-05-01 12:00+00');
select cancel_sms(pg_temp.id(), 'the meeting is off');
select is(pg_temp.outcome(), 'cancelled | cancelled at ' || herald.utc_text(now()) || ': the meeting is off', 'a text that was cancelled by request');
select matches(pg_temp.against(), 'still_wanted block', 'which is against it');
select from pg_temp.a_text('2040-05-01 23:00+00');
update sms_messages set expires_at = '2040-05-02 07:00+00';
select from tick('2040-05-01 22:56+00');
select is(
  pg_temp.outcome(),
  'cancelled | cancelled at 2040-05-01 22:56:00 UTC: quiet_hours: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC, and it expires at 2040-05-02 07:00:00 UTC',
  'a text that could not wait for the end of quiet hours'
);
select is(pg_temp.against(), 'still_wanted block, quiet_hours block', 'and the gates say so again');
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-01 11:57+00');
select from claim_sms('a sender', p_now => '2040-05-01 12:00+00') cross join lateral fail_queue_job(job_id, 'away', true, processing_token, '5 minutes', '2040-05-01 12:00+00') as failed;
update user_sms_preferences set opted_out = true, opted_out_at = '2040-05-01 12:03+00', opt_out_reason = 'STOP';
select from claim_sms('a sender', p_now => '2040-05-01 12:05+00');
select is(pg_temp.outcome(), 'cancelled | cancelled at 2040-05-01 12:05:00 UTC: not_opted_out: the user opted out at 2040-05-01 12:03:00 UTC: STOP', 'a text that came after STOP');
select is(pg_temp.against(), 'still_wanted block, not_opted_out block', 'the gates speak for the instant of its end, and not of the attempt before');
update user_sms_preferences set opted_out = false;
select from pg_temp.a_text('2040-05-01 12:00+00');
select from tick('2040-05-03 12:00+00');
select is(pg_temp.outcome(), 'cancelled | cancelled at 2040-05-03 12:00:00 UTC: not_expired: it expired at 2040-05-02 12:00:00 UTC', 'a text that expired');

-- The kill switch, and the sender.
select from pg_temp.a_text('2040-05-01 12:00+00');
update herald.settings set kill_switch = true;
select is(pg_temp.against(), 'kill_switch defer', 'while all sending is off, nobody knows until when');
update herald.settings set kill_switch = false;
insert into herald.senders (sender, paused_until, pause_reason) values ('a sender', '2040-05-01 13:00+00', 'throttled');
select is(pg_temp.against(), 'sender_rate defer until 2040-05-01 13:00:00', 'where there is one sender, it is that one that is asked about');
insert into herald.senders (sender) values ('another');
select is(pg_temp.against(), 'nothing', 'where there are two, either may send it');

-- A series.
select from pg_temp.a_text('2040-05-01 23:00+00', 'FREQ=DAILY');
select is(pg_temp.outcome(), 'waits until 2040-05-01 23:00:00 | a series (FREQ=DAILY), whose next occurrence is 2040-05-01 23:00:00 UTC', 'a series');
select is(pg_temp.against(), 'quiet_hours defer until 2040-05-02 08:00:00', 'and its next occurrence at the gates');

-- A text that does not exist.
select is(
  (select string_agg(concat_ws(' ', gate, verdict, 'until ' || until::timestamp), ', ' order by gate_order) filter (where verdict <> 'pass') from explain_sms(p_user_id => id, p_category => category, p_priority => priority::sms_priority, p_at => at::timestamptz)),
  answer, sentence
)
from reader
cross join (
  values
    (null, 'normal', '2040-05-01 12:00+00', null, 'by day it would go'), (null, 'normal', '2040-05-01 23:00+00', 'quiet_hours defer until 2040-05-02 08:00:00', 'by night it would wait'),
    (null, 'urgent', '2040-05-01 23:00+00', null, 'urgent, it would go'), ('next_up', 'normal', '2040-05-01 12:00+00', 'switched_on block', 'of a kind that the user does not want, it would not'),
    ('urgent_alert', 'normal', '2040-05-01 23:00+00', 'quiet_hours block', 'of a kind that lives four hours, it could not wait')
) as given (category, priority, at, answer, sentence);
select is_empty(format($$select from explain_sms(p_user_id => %L) where gate = 'outcome'$$, id), 'and nothing has become of it') from reader;
select throws_ok($$select explain_sms()$$, '22023', null, 'of nothing');
select throws_ok($$select explain_sms(gen_random_uuid())$$, '23503', null, 'of an unknown text');
select throws_ok($$select explain_sms(p_user_id => gen_random_uuid())$$, '23503', null, 'or user');
select throws_ok(format($$select explain_sms(p_user_id => %L, p_category => 'no such')$$, id), '23503', null, 'or category') from reader;

select * from finish();
rollback;
