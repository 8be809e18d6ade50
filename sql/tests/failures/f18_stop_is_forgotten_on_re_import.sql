-- Design 8.17 and 8.18: a text after STOP, because it was already queued; and STOP forgotten on re-import. An opt-out is
-- the number's: it outlives the user, and no import, upsert or new user takes it back.
begin;
select plan(11);

create temporary table who on commit drop as select a_user_with_phone('+12025550183') as id;
create temporary table early on commit drop as select queue_sms_message(id, null, 'already queued') as id from who;
select from receive_sms('SM1', '+12025550183', null, 'STOP', p_now => '2030-05-01 12:00+00');
select is_empty('select from claim_sms(''a sender'', p_now => ''2030-05-01 12:00:01+00'')', 'nothing goes after STOP');

insert into user_sms_preferences (user_id, phone_number, phone_verified, opted_out)
select id, '+12025550183', true, false from who
on conflict (user_id) do update set phone_number = excluded.phone_number, phone_verified = excluded.phone_verified, opted_out = excluded.opted_out;
select is(
  (select (opted_out, opted_out_at = '2030-05-01 12:00+00', opt_out_reason)::text from user_sms_preferences), '(t,t,"answered STOP")',
  'an upsert that says otherwise is corrected'
);

delete from users where id = (select id from who);
select is((select count(*) from user_sms_preferences), 0::bigint, 'the user is gone, with all preferences');
update who set id = a_user_with_phone('+12025550183');
select is((select (opted_out, opt_out_reason)::text from user_sms_preferences), '(t,"answered STOP")', 'a new user with that number has opted out');
select is((select has_sms_available from get_user_sms_channel_info((select id from who))), false, 'and cannot be texted');
create temporary table again on commit drop as select queue_sms_message(id, null, 'hello') as id from who;
select is((select status::text from sms_messages inner join again using (id)), 'cancelled', 'whoever tries');
update user_sms_preferences set phone_number = '+12025550184';
update user_sms_preferences set opted_out = false;
select is((select opted_out from user_sms_preferences), false, 'with another number one can opt in again');
update user_sms_preferences set phone_number = '+12025550183';
select is((select opted_out from user_sms_preferences), true, 'and back at the first one the STOP is there');

-- By preferences, which leave no suppressed number.
create temporary table quiet on commit drop as select a_user_with_phone('+12025550185') as id;
update user_sms_preferences set opted_out = true where phone_number = '+12025550185';
delete from users where id = (select id from quiet);
select from a_user_with_phone('+12025550185');
select is(
  (select (opted_out, opt_out_reason)::text from user_sms_preferences where phone_number = '+12025550185'), '(t,"opted out before")',
  'an opt-out by preferences is remembered by the ledger'
);
update user_sms_preferences set opted_out = false where phone_number = '+12025550185';
select is((select opted_out from user_sms_preferences where phone_number = '+12025550185'), false, 'until the user takes it back the same way');
select is(
  (select array_agg(change || (user_id = (select id from quiet)) order by id) from herald.consent_log where phone_number = '+12025550185'),
  '{opted_outtrue,opted_outfalse,opted_infalse}', 'and the ledger has all of it'
);

select * from finish();
rollback;
