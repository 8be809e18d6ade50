-- The ledger of consent gets every opt-out: by text, by the provider's refusal, by the team, by the user's preferences;
-- and it is added to, never changed.
begin;
select plan(24);

create temporary table who on commit drop as select a_user_with_phone('+12025550182') as id;
create function pg_temp.ledger() returns text[] language sql as
$$select array_agg(change || ' ' || source || ' ' || coalesce(words, '') order by id) from herald.consent_log$$;

update user_sms_preferences set opted_out = true, opted_out_at = '2030-05-01 12:00+00', opt_out_reason = 'too many' from who where user_id = who.id;
select is(
  (select (phone_number, user_id, change, source, words, recorded_at = '2030-05-01 12:00+00')::text from herald.consent_log),
  (select format('(+12025550182,%s,opted_out,user,"too many",t)', id) from who), 'an opt-out by preferences is on record'
);
update user_sms_preferences set daily_sms_limit = 3;
select is((select count(*) from herald.consent_log), 1::bigint, 'other wishes are none of its business');
update user_sms_preferences set opted_out = false;
select is(pg_temp.ledger(), '{opted_out user too many,"opted_in user "}', 'and so is the way back');

-- The provider.
create temporary table texts on commit drop as select queue_sms_message(id, null, 'hello') as id from who;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400, 'error_code', 21610, 'error_message', 'no'
  )) from claim
));
select is((pg_temp.ledger())[3], 'opted_out provider the provider says that the recipient has opted out', 'the provider''s refusal is on record');
select is((select opted_out from user_sms_preferences), false, 'whose list it is is not the user''s word');
select is((select has_sms_available from get_user_sms_channel_info((select id from who))), false, 'but the number is not texted');
update user_sms_preferences set opted_out = true;
select is((pg_temp.ledger())[4], null, 'what the ledger says already is not said twice');
update user_sms_preferences set opted_out = false;
select is((select opted_out from user_sms_preferences), true, 'and a plain update cannot lift what the number''s holder said');
select is(receive_sms('SM1', '+12025550182', null, 'START'), 'start', 'START can');
select is((select opted_out from user_sms_preferences), false, 'and does');

-- The team.
select throws_ok($$select opt_out_number('12025550182', 'x')$$, '22023', null, 'a number is E.164');
select throws_ok($$select opt_out_number('+12025550182', ' ')$$, '22004', null, 'and a reason there must be');
select from queue_sms_message((select id from who), null, 'hello');
select is(opt_out_number('+12025550182', 'called us on Monday'), 1, 'the team stops what waits');
select is((select (opted_out, opt_out_reason)::text from user_sms_preferences), '(t,"called us on Monday")', 'and opts the user out');
select is(receive_sms('SM2', '+12025550182', null, 'START'), 'start', 'a START after that is heard');
select is((select source from herald.suppressed_numbers), 'team', 'but the team''s decision stays the team''s');
select is(receive_sms('SM3', '+12025550182', null, 'STOP'), 'stop', 'a STOP after that');
select is((select source from herald.suppressed_numbers), 'team', 'makes it no weaker');
select is(opt_in_number('+12025550182', 'wrote to us on Tuesday'), true, 'the team lifts it');
select is(
  (select (change, source, words)::text from herald.consent_log order by id desc limit 1), '(opted_in,team,"wrote to us on Tuesday")', 'as the ledger says'
);

select throws_ok('update herald.consent_log set change = ''opted_in''', '42501', null, 'nothing in the ledger changes');
select throws_ok('delete from herald.consent_log', '42501', null, 'nothing goes');
select throws_ok('truncate herald.consent_log', '42501', null, 'not even all of it');
select lives_ok('update herald.consent_log set phone_number = null, words = null, user_id = null', 'but whose it was, and the words, can be erased');

select * from finish();
rollback;
