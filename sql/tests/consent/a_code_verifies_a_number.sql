-- A code goes to the number as a text, past the gates that it cannot pass yet; the right one makes the number the
-- user's, and afterwards nobody can read it.
begin;
select plan(49);

create temporary table who on commit drop as select a_user() as id;
-- The words of the latest text, and the code in them.
create function pg_temp.words() returns text language sql as $$select message_content from sms_messages order by created_at desc limit 1$$;
create function pg_temp.code() returns text language sql as $$select substring(pg_temp.words(), '[0-9]{6}')$$;
create function pg_temp.wrong() returns text language sql as $$select lpad(((pg_temp.code()::integer + 1) % 1000000)::text, 6, '0')$$;
create function pg_temp.start(p_number text, p_at timestamptz) returns text language sql as $$select status from who cross join lateral herald.begin_verification(who.id, p_number, p_at)$$;
create function pg_temp.check_code(p_code text, p_at timestamptz) returns text language sql as $$select herald.check_verification(id, p_code, p_at) from who$$;
create function pg_temp.outcome() returns text language sql as $$select outcome from herald.phone_verifications order by created_at desc limit 1$$;

select is(
  (select (status, expires_at = '2030-05-01 12:10+00', again_at = '2030-05-01 12:01+00')::text from who cross join lateral herald.begin_verification(who.id, '+12025550140', '2030-05-01 12:00+00')),
  '(sent,t,t)', 'a code is sent, good for ten minutes; another may be asked for in a minute'
);
select is(
  (select (status, priority, category, phone_number, expires_at = '2030-05-01 12:10+00')::text from sms_messages), '(queued,urgent,verification,+12025550140,t)',
  'it is a text like others, that waits with its job'
);
select matches(pg_temp.words(), '^Your code is [0-9]{6}\. It is good', 'and says the code');
select is(
  (select (salt is not null, octet_length(code_hash), code_hash = sha256(convert_to(pg_temp.code(), 'UTF8')))::text from herald.phone_verifications), '(t,32,f)',
  'which is kept as a salted hash'
);
select is((select (phone_number, phone_verified)::text from user_sms_preferences), '(,f)', 'nothing is the user''s yet');
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => '2030-05-01 12:00:01+00');
select is((select count(*) from claim), 1::bigint, 'a runner gets it, though the number is not verified, and at five in the morning of the user');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'SM1', 'http_status', 201)) from claim
));
select is(pg_temp.check_code(pg_temp.wrong(), '2030-05-01 12:02+00'), 'wrong', 'a wrong code is wrong');
select is(pg_temp.check_code(null, '2030-05-01 12:02+00'), 'wrong', 'so is none');
select is((select tries from herald.phone_verifications), 2, 'both are counted');
select is(pg_temp.check_code(left(pg_temp.code(), 3) || ' ' || right(pg_temp.code(), 3), '2030-05-01 12:03+00'), 'verified', 'the right one, however it is typed, is right');
select is(
  (select (phone_number, phone_verified, phone_verified_at = '2030-05-01 12:03+00')::text from user_sms_preferences), '(+12025550140,t,t)', 'the number is the user''s, and verified'
);
select is(pg_temp.words(), 'Your code is ******. It is good for ten minutes. Tell it to nobody.', 'the code cannot be read any more');
select is((select (outcome, code_hash is null, salt is null, redacted_at is not null)::text from herald.phone_verifications), '(verified,t,t,t)', 'nor tried');
select is((select segment_count from sms_messages), 1, 'and the text costs what it did');
select is(pg_temp.check_code('123456', '2030-05-01 12:03+00'), 'none', 'a second code there is not');
select is(pg_temp.start('+12025550140', '2030-05-01 12:05+00'), 'verified', 'for the same number none is needed');

-- Another number. F117 has more about the old one.
select is(pg_temp.start('+12025550141', '2030-05-01 13:00+00'), 'sent', 'a code for another number');
select is(pg_temp.start('+12025550141', '2030-05-01 13:00:59+00'), 'too_soon', 'not twice within a minute');
select is((select count(*) from sms_messages), 2::bigint, 'then no text is made');
create temporary table old on commit drop as select pg_temp.code() as code;
select is(pg_temp.start('+12025550141', '2030-05-01 13:01+00'), 'sent', 'after that another code goes');
select is((select array_agg(status::text order by created_at) from sms_messages), '{sent,cancelled,queued}', 'the one before does not go any more');
select is((select count(*) from sms_messages where message_content like '%' || (select code from old) || '%' and status = 'cancelled'), 0::bigint, 'nor can it be read');
select is(
  case when (select code from old) = pg_temp.code() then 'wrong' else pg_temp.check_code((select code from old), '2030-05-01 13:02+00') end, 'wrong', 'nor used'
);
select is(pg_temp.check_code(pg_temp.code(), '2030-05-01 13:11+00'), 'expired', 'after ten minutes the right code is late');
select is((select (status, message_content ~ '[0-9]')::text from sms_messages order by created_at desc limit 1), '(cancelled,f)', 'its text goes no more, and cannot be read');

-- Five tries.
select is(pg_temp.start('+12025550141', '2030-05-01 14:00+00'), 'sent', 'a third code');
select is((select array_agg(pg_temp.check_code(pg_temp.wrong(), '2030-05-01 14:01+00')) from generate_series(1, 4)), '{wrong,wrong,wrong,wrong}', 'four wrong ones');
create temporary table right_code on commit drop as select pg_temp.code() as code;
select is(pg_temp.check_code(pg_temp.wrong(), '2030-05-01 14:01+00'), 'too_many_tries', 'the fifth ends it');
select is(pg_temp.check_code((select code from right_code), '2030-05-01 14:01+00'), 'none', 'and the right one comes too late');

-- By the clock.
select is(pg_temp.start('+12025550141', '2030-05-01 15:30+00'), 'sent', 'a code that nobody uses');
select is((select tick('2030-05-01 15:39:59+00') ->> 'verifications_ended'), '0', 'is good for ten minutes');
select is((select tick('2030-05-01 15:40+00') ->> 'verifications_ended'), '1', 'and is ended by tick()');
select is(pg_temp.words() ~ '[0-9]', false, 'which makes it unreadable');
select is(pg_temp.outcome(), 'expired', 'as expired');

-- While it is being sent its words are what it is found by.
select is(pg_temp.start('+12025550141', '2030-05-01 17:00+00'), 'sent', 'a code that is in doubt');
truncate claim;
insert into claim select * from claim_sms('a sender', p_now => '2030-05-01 17:00:01+00');
select is(pg_temp.check_code(pg_temp.code(), '2030-05-01 17:01+00'), 'verified', 'can have arrived');
select is(pg_temp.words() ~ '[0-9]{6}', true, 'stays readable while it is in doubt');
select from record_twilio_status((select attempt_id from claim), 'SM9', 'delivered', p_now => '2030-05-01 17:02+00');
select is((select tick('2030-05-01 17:02+00') ->> 'verifications_ended'), '1', 'and no longer');
select is(pg_temp.words() ~ '[0-9]', false, 'than that');

-- What a code does not go past.
update herald.settings set kill_switch = true;
select is(pg_temp.start('+12025550142', '2030-05-02 12:00+00'), 'sent', 'with the kill switch on it waits');
select is_empty('select from claim_sms(''a sender'', p_now => ''2030-05-02 12:00:01+00'')', 'and does not go');
update herald.settings set kill_switch = false;
select from receive_sms('SM2', '+12025550142', null, 'STOP', p_now => '2030-05-02 12:01+00');
select is((select split_part(cancel_reason, ':', 1) from sms_messages order by created_at desc limit 1), 'not_opted_out', 'a STOP from the number cancels it');
select is(pg_temp.start('+12025550142', '2030-05-02 14:00+00'), 'opted_out', 'and no other goes there');
select is((select opted_out from user_sms_preferences), false, 'though the user has not opted out with the number in use');
select from herald.suppress_number('+12025550143', '30006: a landline', 'undeliverable', now());
select is(pg_temp.start('+12025550143', '2030-05-02 14:00+00'), 'unreachable', 'nor to a number that nothing reaches');
create temporary table forged on commit drop as select queue_sms_message(id, '+12025550144', 'not a code', p_category => 'verification') as id from who;
select is((select split_part(cancel_reason, ':', 1) from sms_messages inner join forged using (id)), 'verified', 'and nobody else''s words pass for a code');
select throws_ok($$select herald.begin_verification((select id from who), '2025550144', now())$$, '22023', null, 'a number is E.164');
select throws_ok($$select herald.begin_verification(gen_random_uuid(), '+12025550144', now())$$, '23503', null, 'a user there must be');
select throws_ok($$update herald.settings set verification_words = 'no code in here'$$, '23514', null, 'and the words must have a place for the code');

select * from finish();
rollback;
