-- F42: settings were read, logged and ignored. Every column of herald.settings is changed here, and every one changes
-- what happens.
begin;
select plan(62);

create function pg_temp.refused(p_change text, p_sentence text) returns setof text language sql
as $$select throws_ok('update herald.settings set ' || p_change, '23514', null, p_sentence)$$;

-- Whoever adds a setting adds its test.
select columns_are(
  'herald', 'settings',
  '{is_only_row, kill_switch, promote_lead, retry_delays, retry_jitter, sender_pause, throttle_delay, default_expiry,
    job_retention, price_per_segment, default_batch_interval, link_base_url, link_lifetime, link_bot_window,
    least_validity, default_daily_limit,
    verification_provider, verification_words, verification_lifetime, verification_tries, verification_cooldown,
    on_unknown, settle_time, first_look, report_time, max_devices, max_filter_bytes}'::name[],
  'these are all the settings'
);

-- kill_switch
create temporary table message on commit drop as select a_queued_text() as id;
update herald.settings set kill_switch = true;
select is_empty($$select from claim_sms('a sender', p_now => now() + interval '1 second')$$, 'kill_switch: no text goes');
update herald.settings set kill_switch = false;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select count(*) from claim), 1::bigint, 'kill_switch: off again, it goes');

-- throttle_delay, sender_pause
create function pg_temp.answer(p_http_status integer, p_code integer default null) returns setof text language sql as $$
  select outcome
  from claim
  cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', p_http_status,
    'error_code', p_code
  )));
$$;
update herald.settings set throttle_delay = '7 minutes', retry_jitter = 0;
select from pg_temp.answer(429);
select is(
  (select array_agg(scheduled_for) from queue_jobs), array[now() + interval '7 minutes'],
  'throttle_delay: a throttled text waits as long as it says'
);
select is((select paused_until from herald.senders), now() + interval '7 minutes', 'throttle_delay: and its sender as well');
update herald.settings set throttle_delay = '10 seconds', sender_pause = '11 minutes';
delete from herald.senders;
truncate claim;
insert into claim select * from claim_sms('a sender', p_now => now() + interval '8 minutes');
select from pg_temp.answer(401, 20003);
select is(
  (select paused_until from herald.senders), now() + interval '11 minutes',
  'sender_pause: a sender whose account is refused rests as long as it says'
);

-- promote_lead
create temporary table planned on commit drop as
select queue_sms_message(user_id, phone_number, 'later', p_scheduled_for => '2040-05-01 12:00:00+00') as id
from user_sms_preferences;
select tick('2040-05-01 11:50:00+00');
select is(
  (select status::text from sms_messages inner join planned using (id)), 'scheduled',
  'promote_lead: ten minutes ahead is too early for a lead of five'
);
update herald.settings set promote_lead = '10 minutes';
select tick('2040-05-01 11:50:00+00');
select is(
  (select status::text from sms_messages inner join planned using (id)), 'queued',
  'promote_lead: with a lead of ten the text gets its job'
);

-- retry_delays, retry_jitter
update herald.settings set retry_delays = '{0, 3 seconds}', retry_jitter = 0;
select is(herald.retry_delay(1), interval '3 seconds', 'retry_delays: the second attempt waits as the list says');
select is(herald.retry_delay(9), interval '3 seconds', 'retry_delays: its last word serves for all that follow');
update herald.settings set retry_delays = '{0, 1 hour}', retry_jitter = 0.5;
select ok(
  (select max(herald.retry_delay(1)) > interval '75 minutes' from generate_series(1, 200)),
  'retry_jitter: half of the delay may be added'
);
select ok(
  (
    select min(herald.retry_delay(1)) >= interval '1 hour' and max(herald.retry_delay(1)) <= interval '90 minutes'
    from generate_series(1, 200)
  ),
  'retry_jitter: never more, and never less than the delay'
);

-- default_expiry
update herald.settings set default_expiry = '2 hours';
insert into sms_messages (user_id, phone_number, message_content, scheduled_for, status)
select user_id, phone_number, 'expires', '2040-05-01 12:00:00+00', 'scheduled' from user_sms_preferences;
update herald.settings set default_expiry = null;
insert into sms_messages (user_id, phone_number, message_content, scheduled_for, status)
select user_id, phone_number, 'does not', '2040-05-01 12:00:00+00', 'scheduled' from user_sms_preferences;
select is(
  (select expires_at from sms_messages where message_content = 'expires'), '2040-05-01 14:00:00+00'::timestamptz,
  'default_expiry: so long after its time a text may still go'
);
select is(
  (select expires_at from sms_messages where message_content = 'does not'), null, 'default_expiry: null is for ever'
);

-- job_retention
create temporary table ended on commit drop as select a_job('completed') as id;
update herald.settings set job_retention = '2 days';
select tick(now() + interval '47 hours');
select is((select count(*) from queue_jobs inner join ended using (id)), 1::bigint, 'job_retention: not yet');
select tick(now() + interval '49 hours');
select is((select count(*) from queue_jobs inner join ended using (id)), 0::bigint, 'job_retention: so long, then it goes');

-- price_per_segment
update herald.settings set price_per_segment = 0.02;
select from a_text('sent');
select is(
  (select sms_cost_usd from get_sms_daily_metrics((now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date)),
  0.02 * (select sum(segment_count) from sms_messages where sent_at is not null),
  'price_per_segment: segments cost what you pay'
);

-- least_validity, default_daily_limit
create temporary table sleeper on commit drop as select a_user_with_phone() as id;
update user_sms_preferences
set timezone = 'UTC', quiet_hours_start = '21:00', quiet_hours_end = '08:00', daily_sms_limit = null
where user_id = (select id from sleeper);
create function pg_temp.verdict(p_gate text, p_at timestamptz) returns text language sql as $$
  select verdict
  from herald.decide_sms(
    array[(
      select jsonb_populate_record(message, '{"status": "pending", "scheduled_for": null}')
      from sms_messages as message
      where message.user_id = (select id from sleeper)
    )],
    array[p_at]
  )
  where gate = p_gate;
$$;
select queue_sms_message(id, null, 'late', p_scheduled_for => '2040-05-01 12:00+00') from sleeper;
select is(pg_temp.verdict('quiet_hours', '2040-05-01 20:59+00'), 'pass', 'least_validity: a minute is enough to arrive in');
update herald.settings set least_validity = '2 minutes';
select is(pg_temp.verdict('quiet_hours', '2040-05-01 20:59+00'), 'defer', 'least_validity: if two are asked for, it is not');
update herald.settings set default_daily_limit = 0;
select is(pg_temp.verdict('limits', '2040-05-01 12:00+00'), 'block', 'default_daily_limit: serves for whoever has none of their own');
update herald.settings set default_daily_limit = null;

-- default_batch_interval, link_base_url, link_lifetime, link_bot_window
create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set sms_enabled = true where event_type = 'calendar.sync_failed';
update herald.settings set link_base_url = 'https://go.example', link_lifetime = '3 days';
select emit_notification_event('calendar.sync_failed', p_payload => '{"body": "see https://example.com/a"}');
select matches(
  (select message_content from sms_messages where user_id = (select id from reader)), '^see https://go\.example/l/[0-9A-Za-z]{6}$',
  'link_base_url: addresses in a text become links below it'
);
select is(
  (select expires_at from notification_tracking_links), now() + interval '3 days', 'link_lifetime: so long a link works'
);
update notification_deliveries set sent_at = now() where channel = 'sms' and recipient_user_id = (select id from reader);
update herald.settings set link_bot_window = '5 seconds';
select from notification_tracking_links, record_link_click(short_code, 'Mozilla/5.0', 'GET', now() + interval '4 seconds');
select is((select click_count from notification_tracking_links), 0, 'link_bot_window: nobody is so fast');
select from notification_tracking_links, record_link_click(short_code, 'Mozilla/5.0', 'GET', now() + interval '6 seconds');
select is((select click_count from notification_tracking_links), 1, 'link_bot_window: later it is a click');
update user_notification_preferences set batch_enabled = true where event_type = 'calendar.sync_failed';
update herald.settings set default_batch_interval = '42 minutes';
select emit_notification_event('calendar.sync_failed', p_payload => '{"body": "again"}');
select is(
  (select due_at from herald.notification_digests), now() + interval '42 minutes',
  'default_batch_interval: so long is gathered for a user who does not say how long'
);

-- verification_…
create temporary table prover on commit drop as select a_user() as id;
create function pg_temp.a_code(p_number text) returns text language sql as $$
  select concat_ws(' ', status, expires_at - '2040-06-01 12:00+00'::timestamptz, again_at - '2040-06-01 12:00+00'::timestamptz)
  from prover cross join lateral herald.begin_verification(prover.id, p_number, '2040-06-01 12:00+00')
$$;
update herald.settings set verification_words = '{{code}} it is', verification_lifetime = '3 minutes', verification_tries = 1, verification_cooldown = '2 minutes';
select is(pg_temp.a_code('+12025550198'), 'sent 00:03:00 00:02:00', 'verification_lifetime and verification_cooldown: as long as they say');
select matches((select message_content from sms_messages where category = 'verification'), '^[0-9]{6} it is$', 'verification_words: what a text with a code says');
select is((select herald.check_verification(id, '', '2040-06-01 12:00+00') from prover), 'too_many_tries', 'verification_tries: so many and no more');
update herald.settings set verification_provider = 'twilio_verify', verification_cooldown = '0';
select is(pg_temp.a_code('+12025550198'), 'sent 00:03:00 00:00:00', 'verification_provider: a code by Twilio Verify');
select is((select (count(*), (select kind from herald.verify_requests))::text from sms_messages where category = 'verification'), '(1,start)', 'verification_provider: is no text of ours');

-- on_unknown, settle_time, first_look, report_time
delete from herald.senders;
create function pg_temp.doubtful_look_at(p_words text) returns interval language plpgsql as $$
declare
  v_message_id uuid := a_queued_text(p_words);
begin
  update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;
  perform record_sms_results(jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 500
  )))
  from claim_sms('another sender', p_now => now() + interval '1 second');
  return (select look_at - now() from sms_messages where id = v_message_id);
end;
$$;
create function pg_temp.status_after_look(p_words text, p_after interval) returns text language sql as $$
  with looked as materialized (
    select record_sms_reconciliation(
      jsonb_agg(jsonb_build_object('attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true)), now() + p_after
    )
    from claim_sms_to_reconcile('another sender', p_now => now() + p_after)
  )
  select message.status::text
  from (select count(*) from looked) as done, sms_messages as message
  where message.message_content = p_words;
$$;
update herald.settings set first_look = '7 seconds';
select is(pg_temp.doubtful_look_at('doubtful'), interval '7 seconds', 'first_look: so soon the provider is asked');
update herald.settings set settle_time = '20 minutes', on_unknown = 'resend';
update herald.sms_attempts set valid_until = now() + interval '20 minutes' where sender = 'another sender';
select from pg_temp.status_after_look('doubtful', '19 minutes');
select is((select status::text from sms_messages where message_content = 'doubtful'), 'sending', 'settle_time: so long the list may be behind');
update herald.settings set on_unknown = 'hold';
select from pg_temp.status_after_look('doubtful', '20 minutes');
select is((select status::text from sms_messages where message_content = 'doubtful'), 'sending', 'on_unknown: hold holds it after that');
update herald.settings set on_unknown = 'resend';
select from pg_temp.status_after_look('doubtful', '60 minutes');
select is((select status::text from sms_messages where message_content = 'doubtful'), 'queued', 'on_unknown: resend sends it again');
update herald.settings set report_time = '25 minutes';
select from pg_temp.doubtful_look_at('unreported');
select resolve_sms_in_doubt(id, true, 'any sid') from sms_messages where message_content = 'unreported';
select is(
  (select look_at from sms_messages where message_content = 'unreported'), now() + interval '25 minutes',
  'report_time: so long after it was sent a report may take'
);

-- max_devices, max_filter_bytes
create temporary table owner on commit drop as select a_user() as id;
update herald.settings set max_devices = 2;
create function pg_temp.register(p_days integer) returns void language sql as $$
  insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key, updated_at)
  select id, 'https://push.example/' || p_days, 'k', 'a', now() - p_days * interval '1 day' from owner;
$$;
select pg_temp.register(days) from unnest('{1, 2, 4}'::integer[]) as days;
select set_eq(
  'select endpoint from push_subscriptions', array['https://push.example/1', 'https://push.example/4'],
  'max_devices: the new one takes the place of the one that was longest unused'
);
update herald.settings set max_filter_bytes = 20;
select throws_ok(
  $$insert into notification_subscriptions (user_id, event_type, filters) select id, 'task.due_soon', '{"project": "a long name"}' from owner$$,
  '22023', null, 'max_filter_bytes: longer ones are refused'
);
select throws_ok(
  $$insert into notification_subscriptions (user_id, event_type, filters) select id, 'task.due_soon', '{"a": 1e30}' from owner$$,
  '22023', null, 'max_filter_bytes: also those that are short only as they were written'
);
select lives_ok(
  $$insert into notification_subscriptions (user_id, event_type, filters) select id, 'task.due_soon', '{"project": "x"}' from owner$$,
  'max_filter_bytes: others are not'
);

-- And values that make no sense are refused.
select throws_ok(
  'insert into herald.settings (is_only_row) values (false)', '23514', null, 'is_only_row: there is one row'
);
select pg_temp.refused('promote_lead = ''-1 minute''', 'promote_lead: not negative');
select pg_temp.refused('retry_delays = ''{}''', 'retry_delays: not empty');
select pg_temp.refused('retry_jitter = 1.5', 'retry_jitter: a share of one');
select pg_temp.refused('sender_pause = ''0''', 'sender_pause: not nothing');
select pg_temp.refused('default_expiry = ''-1 hour''', 'default_expiry: not before it is due');
select pg_temp.refused('job_retention = ''0''', 'job_retention: not nothing');
select pg_temp.refused('price_per_segment = -1', 'price_per_segment: not negative');
select pg_temp.refused('default_batch_interval = ''0''', 'default_batch_interval: not nothing');
select pg_temp.refused('link_lifetime = ''0''', 'link_lifetime: not nothing');
select pg_temp.refused('link_bot_window = ''-1 second''', 'link_bot_window: not negative');
select pg_temp.refused('verification_provider = ''somebody''', 'verification_provider: one of the two');
select pg_temp.refused('verification_tries = 0', 'verification_tries: one at least');
select pg_temp.refused('verification_lifetime = ''0''', 'verification_lifetime: not nothing');
select pg_temp.refused('link_base_url = ''javascript:x''', 'link_base_url: http or https');
select pg_temp.refused('link_base_url = ''https://go.example/''', 'link_base_url: without a slash at its end');
select pg_temp.refused('on_unknown = ''guess''', 'on_unknown: hold or resend');
select pg_temp.refused('settle_time = ''0''', 'settle_time: not nothing');
select pg_temp.refused('max_devices = 0', 'max_devices: one at least');
select pg_temp.refused('max_filter_bytes = 0', 'max_filter_bytes: some at least');
select pg_temp.refused('report_time = ''0''', 'report_time: not nothing');

-- herald.retention, whose rows are settings too: sql/tests/wipe/retention_erases_what_is_over.sql has each of them.
update herald.retention set keep = null;
select is_empty('select from apply_retention()', 'retention: what is kept for ever is not looked at');
update herald.retention set keep = '1 day' where policy in ('links', 'sms_words');
select set_eq('select policy from apply_retention()', '{links, sms_words}'::text[], 'retention: a row that says how long is heeded');

select * from finish();
rollback;
