-- One row for each gate, in their order, with a verdict and its evidence; also for a text that does not exist.
begin;
select plan(25);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000b');
insert into user_sms_preferences (user_id, phone_number, phone_verified, phone_verified_at, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, '2030-01-01 12:00:00+00', null, null, 1000);
select herald.suppress_number('+12025550199', 'STOP', 'inbound', '2030-02-01 12:00:00+00');

-- A text that is only thought of.
create function pg_temp.text(p_change jsonb) returns sms_messages language sql as $$
  select *
  from jsonb_populate_record(
    null::sms_messages,
    '{
      "id": "00000000-0000-0000-0000-000000000001", "user_id": "00000000-0000-0000-0000-00000000000a", "status": "pending",
      "phone_number": "+12025550123", "message_content": "hello"
    }'::jsonb || p_change
  );
$$;
create function pg_temp.verdict(p_gate text, p_change jsonb) returns text language sql as $$
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '') || ': ' || evidence
  from herald.decide_sms(array[pg_temp.text(p_change)], '{2040-05-01 12:00:00+00}')
  where gate = p_gate;
$$;

select results_eq(
  $$
    select gate_order, gate, verdict, until, message_id
    from herald.decide_sms(array[pg_temp.text('{}')], '{2040-05-01 12:00:00+00}')
    order by gate_order
  $$,
  $$
    select gate_order, gate, 'pass', null::timestamptz, '00000000-0000-0000-0000-000000000001'::uuid
    from (
      values (1, 'kill_switch'), (2, 'still_wanted'), (3, 'not_expired'), (4, 'not_suppressed'), (5, 'not_opted_out'), (6, 'verified'),
      (7, 'switched_on'), (8, 'legal_window'), (9, 'quiet_hours'), (10, 'limits'), (11, 'sender_rate')
    ) as known (gate_order, gate)
  $$,
  'every gate speaks, in its place, and lets a good text pass'
);
select is_empty(
  $$
    select from herald.decide_sms(array[pg_temp.text('{}')], '{2040-05-01 12:00:00+00}')
    where coalesce(evidence, '') = '' or evidence ~ '\d{7}'
  $$,
  'each with evidence, which shows no number'
);
select is_empty($$select from herald.decide_sms('{}', array[now()])$$, 'no text, no verdict');
select is_empty($$select from herald.decide_sms(null, array[now()])$$, 'nor for null');

select is(pg_temp.verdict(gate, change), verdict, sentence)
from (
  values
    ('still_wanted', '{"status": "queued"}'::jsonb, 'pass: it waits, and its time has come', 'a text that waits'),
    ('still_wanted', '{"status": "scheduled", "scheduled_for": "2040-05-01 12:00:00+00"}', 'pass: it waits, and its time has come', 'a text whose time is now'),
    ('still_wanted', '{"scheduled_for": "2040-05-01 12:00:01+00"}', 'defer until 2040-05-01 12:00:01: its time is 2040-05-01 12:00:01 UTC', 'a text for later'),
    ('still_wanted', '{"status": "cancelled"}', 'block: the text is cancelled', 'a cancelled text'),
    ('still_wanted', '{"status": "sending"}', 'block: the text is sending', 'a text on its way'),
    ('still_wanted', '{"status": "delivered"}', 'block: the text is delivered', 'a text that has arrived'),
    ('not_expired', '{}', 'pass: it never expires', 'a text without an expiry'),
    ('not_expired', '{"expires_at": "2040-05-01 12:00:01+00"}', 'pass until 2040-05-01 12:00:01: it expires at 2040-05-01 12:00:01 UTC', 'a text that expires in a second'),
    ('not_expired', '{"expires_at": "2040-05-01 12:00:00+00"}', 'block: it expired at 2040-05-01 12:00:00 UTC', 'a text that expires now'),
    ('not_suppressed', '{"phone_number": "+12025550199"}', 'block: the number is suppressed since 2030-02-01 12:00:00 UTC', 'a suppressed number that is not the user''s'),
    ('verified', '{}', 'pass: the number was verified at 2030-01-01 12:00:00 UTC', 'a verified number'),
    ('verified', '{"phone_number": "+12025550124"}', 'block: the number is not the user''s number', 'another number'),
    ('verified', '{"user_id": "00000000-0000-0000-0000-00000000000b"}', 'block: the user has no SMS preferences, so no verified number', 'a user without preferences')
) as example (gate, change, verdict, sentence);

update user_sms_preferences set phone_verified = false;
select is(pg_temp.verdict('verified', '{}'), 'block: the user''s number is not verified', 'an unverified number');
update user_sms_preferences set phone_number = null;
select is(pg_temp.verdict('verified', '{}'), 'block: the user has no number', 'a user without a number');
update user_sms_preferences set opted_out = true, opted_out_at = '2030-03-01 12:00:00+00', opt_out_reason = 'STOP';
select is(pg_temp.verdict('not_opted_out', '{}'), 'block: the user opted out at 2030-03-01 12:00:00 UTC: STOP', 'a user who has opted out');
update herald.settings set kill_switch = true;
select is(pg_temp.verdict('kill_switch', '{}'), 'defer: all sending is switched off', 'the kill switch defers, and does not say until when');
select is(
  (
    select array_agg(gate || ' ' || verdict order by gate_order)
    from herald.decide_sms(
      array[pg_temp.text('{"expires_at": "2040-01-01 12:00:00+00", "phone_number": "+12025550199", "status": "failed"}')],
      '{2040-05-01 12:00:00+00}'
    )
  ),
  '{"kill_switch defer", "still_wanted block", "not_expired block", "not_suppressed block", "not_opted_out block", "verified block", "switched_on pass", "legal_window pass", "quiet_hours pass", "limits pass", "sender_rate pass"}',
  'every gate speaks, also after another one has said no'
);
update user_sms_preferences set phone_number = '+12025550123', phone_verified = true, phone_verified_at = '2030-01-02 12:00:00+00';
update user_sms_preferences set opted_out = null;
select is(pg_temp.verdict('not_opted_out', '{}'), 'pass: the user has not opted out', 'an opt-out taken back');
select is(
  (
    select count(distinct message_id)
    from herald.decide_sms(
      array[pg_temp.text('{}'), pg_temp.text('{"id": "00000000-0000-0000-0000-000000000002"}')], '{2040-05-01 12:00:00+00}'
    )
  ),
  2::bigint, 'many texts are decided in one call'
);

select herald.suppress_number('+12025550123', 'STOP', 'inbound', '2030-02-01 12:00:00+00');
select is(pg_temp.verdict('not_suppressed', '{}'), 'block: the number is suppressed since 2030-02-01 12:00:00 UTC: STOP', 'one''s own, with the reason');

select * from finish();
rollback;
