-- Anybody writes any number down, and has a code sent to it. Whoever only did that takes nothing of its holder's along when
-- they are erased, and keeps nobody from erasing the number.
begin;
select plan(12);

create temporary table who on commit drop as
select a_user() as writer, a_user() as asker, a_user_with_phone('+12025550147') as former, a_user_with_phone('+12025550148') as other;
insert into user_sms_preferences (user_id, phone_number) select writer, '+12025550146' from who;
do $$ begin perform herald.begin_verification(asker, '+12025550146', now()) from who; end $$;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
select is((select count(*) from claim), 1::bigint, 'a code goes to the number');
select from record_sms_results(
  (
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201,
      'sid', 'SM1'
    ))
    from claim
  )
);
select isnt((select twilio_sid from sms_messages where category = 'verification'), null, 'and is with the provider');
select from receive_sms('IN1', '+12025550146', null, 'no spam, it is Bob here', p_now => now());
select from opt_out_number('+12025550146', 'a court, file 12');
select from receive_sms('IN2', '+12025550147', null, 'Ada writes', p_now => now());
select from opt_out_number('+12025550147', 'Ada called');
update user_sms_preferences set phone_number = '+12025550149' from who where user_id = former;

select is((select sum(remaining) from who, unnest(array[writer, asker, former]) as erased (id), lateral erase_user(erased.id)), 0::numeric, 'all three are erased');
select results_eq(
  $$select words, from_number, needs_review from herald.inbound_sms where twilio_sid = 'IN1'$$,
  $$values ('no spam, it is Bob here', '+12025550146', true)$$, 'what its holder wrote is there, and waits for its reader'
);
select results_eq(
  $$select phone_number, reason from herald.suppressed_numbers where number_hash = herald.number_hash('+12025550146')$$,
  $$values ('+12025550146', 'a court, file 12')$$, 'so is why it is stopped'
);
select results_eq(
  $$select user_id, words from herald.consent_log where phone_number = '+12025550146'$$, $$values (null::uuid, 'a court, file 12')$$,
  'and the ledger has no line of theirs'
);
select is_empty(
  $$select from sms_messages where phone_number = '+12025550146' union all select from herald.phone_verifications where phone_number is not null$$,
  'their own texts and codes have forgotten the number'
);
select is_empty(
  $$select from herald.inbound_sms where words ~ 'Ada' union all select from herald.suppressed_numbers where reason ~ 'Ada' union all select from herald.consent_log where words ~ 'Ada'$$,
  'a former number that had been proved is erased with its holder'
);

update user_sms_preferences set phone_number = '+12025550146' from who where user_id = writer;
select is(erase_number('+12025550146'), 3, 'its holder is erased by the number, though somebody has written it down');
select is_empty(
  $$select from herald.inbound_sms where from_number = '+12025550146' union all select from herald.suppressed_numbers where phone_number = '+12025550146'$$,
  'and it is nowhere'
);
select is((select opted_out from who inner join user_sms_preferences on user_id = writer), true, 'it is stopped all the same');
select throws_ok($$select erase_number('+12025550148')$$, '23503', null, 'a number that is verified is its user''s');

select * from finish();
rollback;
