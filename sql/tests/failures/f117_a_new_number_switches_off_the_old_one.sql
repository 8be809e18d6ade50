-- F117: starting to verify a new number switched off the old one. It stays in use until the new one is confirmed; then
-- what waits for the user goes to the new one.
begin;
select plan(8);

create temporary table who on commit drop as select a_user_with_phone('+12025550150') as id;
create temporary table texts on commit drop as
select queue_sms_message(id, null, 'soon') as id, 'soon' as what from who
union all
select queue_sms_message(id, null, 'later', p_scheduled_for => now() + interval '1 day'), 'later' from who;

select is((select status from who cross join lateral herald.begin_verification(who.id, '+12025550151', now() + interval '1 second')), 'sent', 'a code goes to a new number');
select is((select has_sms_available::text || phone_number from get_user_sms_channel_info((select id from who))), 'true+12025550150', 'the old one is in use');
select set_eq(
  $$select phone_number, message_content like 'Your code%' from claim_sms('a sender', p_now => now() + interval '2 seconds')$$,
  $$values ('+12025550150', false), ('+12025550151', true)$$, 'and gets its texts'
);
select is((select herald.check_verification(id, '000000x', now()) from who), 'wrong', 'a wrong code');
select is((select phone_number from user_sms_preferences), '+12025550150', 'changes nothing');
select is(
  (select herald.check_verification(id, (select substring(message_content, '[0-9]{6}') from sms_messages where category = 'verification'), now()) from who), 'verified', 'the right one'
);
select is((select phone_number || phone_verified from user_sms_preferences), '+12025550151true', 'makes the new number the user''s');
select is((select phone_number from sms_messages inner join texts using (id) where what = 'later'), '+12025550151', 'and what waits goes there');

select * from finish();
rollback;
