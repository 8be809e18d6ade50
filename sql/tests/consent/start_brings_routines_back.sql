-- A STOP ends what a user's switches drive, and START brings it back: the wishes are still there.
begin;
select plan(3);
create temporary table who on commit drop as select a_user_with_phone('+12025550195') as id;
update user_sms_preferences set morning_kickoff_enabled = true;
select is((select count(*) from sms_messages where routine = 'morning_kickoff' and status = 'scheduled'), 1::bigint, 'a routine');
select from receive_sms('SM1', '+12025550195', null, 'STOP');
select is((select count(*) from sms_messages where routine = 'morning_kickoff' and status = 'scheduled'), 0::bigint, 'ends by STOP');
select from receive_sms('SM2', '+12025550195', null, 'START');
select is((select count(*) from sms_messages where routine = 'morning_kickoff' and status = 'scheduled'), 1::bigint, 'and begins by START');
select * from finish();
rollback;
