-- F102: a user could mark his own number as verified; a changed number stayed verified; two users could verify one
-- number. Whoever has the runner's role may import numbers that were verified elsewhere.
begin;
select plan(18);

create temporary table who on commit drop as select a_user() as mine, a_user() as theirs;
insert into user_sms_preferences (user_id, phone_number) select unnest(array[mine, theirs]), unnest(array['+12025550145', '+12025550146']) from who;
-- As an application might open its own row to a user.
create role member nologin;
grant herald_client to member;
grant select, insert, update on user_sms_preferences to member;
create policy "users write their own preferences" on user_sms_preferences to member using (user_id = (select herald.current_user_id())) with check (true);
grant select on who to member, herald_runner;
create function pg_temp.i_am(p_user_id uuid) returns void language sql as $$select set_config('request.jwt.claims', jsonb_build_object('sub', p_user_id)::text, true)$$;
do $$ begin perform pg_temp.i_am(mine) from who; end $$;

set local role member;
select throws_ok('update user_sms_preferences set phone_verified = true', '42501', null, 'a user cannot say that a number is verified');
select throws_ok('update user_sms_preferences set phone_verified = true, phone_verified_at = now()', '42501', null, 'nor since when');
select throws_ok($$update user_sms_preferences set phone_number = '+12025550147', phone_verified = true, phone_verified_at = now()$$, '42501', null, 'nor with another number');
select is((select status from who cross join lateral start_phone_verification(who.mine, '+12025550145')), 'sent', 'but can ask for a code');
select throws_ok('select start_phone_verification(theirs, ''+12025550145'') from who', '42501', null, 'for oneself alone');
select throws_ok('select confirm_phone_verification(theirs, ''123456'') from who', '42501', null, 'and confirm for oneself alone');
select is((select confirm_phone_verification(mine, 'abcdef') from who), 'wrong', 'with the right code');
select throws_ok('select herald.check_verification(mine, ''123456'', now()) from who', '42501', null, 'at no other time than now');
reset role;
do $$ begin perform set_config('test.code', substring(message_content, '[0-9]{6}'), true) from sms_messages; end $$;
set local role member;
select is((select confirm_phone_verification(mine, current_setting('test.code')) from who), 'checking', 'the right code is not told in the transaction that guesses');
select is((select phone_verified from user_sms_preferences), false, 'nor by anything else in it');
reset role;
select is((select confirm_phone_verification(mine, current_setting('test.code')) from who), 'verified', 'the right code verifies');
select is((select (phone_number, phone_verified)::text from user_sms_preferences inner join who on mine = user_id), '(+12025550145,t)', 'the number it was sent to');
update user_sms_preferences set phone_number = '+12025550148' where user_id = (select mine from who);
select is((select (phone_number, phone_verified, phone_verified_at)::text from user_sms_preferences inner join who on mine = user_id), '(+12025550148,f,)', 'and a changed number is not verified');

-- The service role imports.
set local role herald_runner;
select lives_ok(
  $$update user_sms_preferences set phone_verified = true where user_id = (select theirs from who)$$, 'whoever has the runner''s role can say so'
);
reset role;

-- Two users, one number.
select is((select status from who cross join lateral herald.begin_verification(mine, '+12025550146', now() + interval '1 hour')), 'sent', 'a code goes to another user''s number');
do $$ begin perform set_config('test.code', substring(message_content, '[0-9]{6}'), true) from sms_messages where phone_number = '+12025550146'; end $$;
select is((select herald.check_verification(mine, current_setting('test.code'), now() + interval '1 hour') from who), 'taken', 'and even who reads it there cannot have it, too');
select is((select count(*) from user_sms_preferences where phone_number = '+12025550146' and phone_verified), 1::bigint, 'one user has it');
select is((select count(*) from sms_messages where message_content ~ '[0-9]{6}'), 0::bigint, 'and no code can be read');

select * from finish();
rollback;
