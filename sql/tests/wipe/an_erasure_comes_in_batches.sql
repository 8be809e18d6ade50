-- Of somebody with a great many texts each call erases a bounded amount, says what is left, and whoever does not call again
-- leaves it to the ticks. It is of what there was when it was asked for, also if the user has been deleted by then.
begin;
select plan(22);

create temporary table who on commit drop as select a_user_with_phone('+12025550161') as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from who;
select from who, generate_series(1, 25) as number cross join lateral queue_sms_message(id, null, 'text ' || number, p_scheduled_for => '2040-05-01');

select is((select (erased, remaining, in_flight)::text from who cross join lateral erase_user(id, 10)), '(10,15,0)', 'ten of twenty-five');
select is((select count(*) from sms_messages where words_erased_at is not null), 10::bigint, 'no more than asked for');
select is((select (erased, remaining, in_flight)::text from who cross join lateral erase_user(id, 10)), '(10,5,0)', 'ten more');
select is((select finished_at from herald.erasures), null, 'it is not over');
select is((tick(now() + interval '1 second') ->> 'users_erased')::integer, 5, 'a tick does the rest');
select ok((select finished_at is not null from herald.erasures), 'and then it is over');
select is((tick(now() + interval '2 seconds') ->> 'users_erased')::integer, 0, 'nothing is left for the next one');

-- What comes later is the user's again.
update user_sms_preferences set phone_number = '+12025550162', quiet_hours_start = null, quiet_hours_end = null, daily_sms_limit = null;
update user_sms_preferences set phone_verified = true;
insert into sms_messages (user_id, phone_number, message_content, created_at) select id, '+12025550162', 'I am back', now() + interval '1 hour' from who;
select is((select (erased, remaining)::text from who cross join lateral erase_user(id)), '(0,0)', 'what comes later is not part of an erasure');
select is((select count(*) from sms_messages where message_content = 'I am back'), 1::bigint, 'and stays');

-- Somebody who is not in users any more.
create temporary table gone on commit drop as select a_user_with_phone('+12025550163') as id;
update user_sms_preferences set opted_out = true, opt_out_reason = 'her words' from gone where user_id = gone.id;
create temporary table event on commit drop as
select emit_notification_event('calendar.sync_failed', p_actor_user_id => gone.id, p_payload => '{"title": "her name"}', p_idempotency_key => 'her key') as id from gone;
delete from users where id = (select id from gone);
select is((select count(*) from users inner join gone using (id)), 0::bigint, 'a user can be deleted as before');
select is((select actor_user_id from notification_events inner join event using (id)), null, 'and is forgotten by events');
select ok((select bool_or(record::text ~ 'her name') from gone cross join lateral export_user(id)), 'what they are about is found all the same');
select is((select remaining from gone cross join lateral erase_user(id)), 0::bigint, 'and erased');
select is(
  (select (payload, metadata, idempotency_key)::text from notification_events inner join event using (id)), '({},,)', 'as their events are'
);
select is_empty($$select from herald.consent_log where words = 'her words' or phone_number = '+12025550163'$$, 'and the ledger');
select throws_ok('select erase_user(null)', '22004', null, 'nobody cannot be erased');

-- All of it with no more rights than the runner has, and none without them.
create temporary table full_one on commit drop as select a_user_with_phone('+12025550164') as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from full_one;
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example.com/ada', 'key', 'key' from full_one;
select from full_one cross join lateral queue_sms_message(id, null, 'hello', p_recurrence_pattern => 'FREQ=DAILY', p_scheduled_for => '2040-05-01');
select from emit_notification_event('calendar.sync_failed', p_target_user_id => (select id from full_one), p_payload => '{"title": "Ada"}');
select from full_one cross join lateral herald.begin_verification(id, '+12025550165', now());
select from receive_sms('IN1', '+12025550164', null, 'STOP');
select from receive_sms('IN2', '+12025550166', null, 'STOP');
select from full_one cross join lateral set_config('test.full_one', id::text, true);
set local role herald_runner;
select lives_ok($$select export_user(current_setting('test.full_one')::uuid)$$, 'the runner''s role can export');
select is((select remaining from erase_user(current_setting('test.full_one')::uuid)), 0::bigint, 'erase');
select is(erase_number('+12025550166'), 3, 'erase a number');
select lives_ok($$select apply_retention(p_now => now() + interval '10 years')$$, 'and keep no longer');
set local role herald_client;
select throws_ok('select erase_user(gen_random_uuid())', '42501', null, 'a client cannot erase');
select throws_ok('select export_user(gen_random_uuid())', '42501', null, 'nor export');
reset role;

select * from finish();
rollback;
