-- A number whose user opted out by preferences and is gone: START and the team lift what only the ledger knows of.
begin;
select plan(12);

create temporary table who on commit drop as
select a_user_with_phone('+12025550172') as by_start, a_user_with_phone('+12025550173') as by_team, a_user() as new_start, a_user() as new_team;
update user_sms_preferences set opted_out = true where phone_number is not null;
delete from users where id in (select unnest(array[by_start, by_team]) from who);
create function pg_temp.latest(p_number text) returns text language sql as
$$select concat_ws(' ', change, source, words, inbound_sid) from herald.consent_log where phone_number = p_number order by id desc limit 1$$;

select is((select status from who cross join lateral start_phone_verification(new_start, '+12025550172')), 'opted_out', 'a new user gets no code');
select is(receive_sms('SM1', '+12025550172', null, 'START'), 'start', 'START');
select is(pg_temp.latest('+12025550172'), 'opted_in inbound START SM1', 'is on record');
select is_empty($$select from herald.standing_opt_out('+12025550172', false)$$, 'and lifts it');
select is((select status from who cross join lateral start_phone_verification(new_start, '+12025550172')), 'sent', 'now the new user gets a code');

select is((select status from who cross join lateral start_phone_verification(new_team, '+12025550173')), 'opted_out', 'the other number');
select is(opt_in_number('+12025550173', 'asked'), true, 'is lifted by the team');
select is(pg_temp.latest('+12025550173'), 'opted_in team asked', 'as the ledger says');
select is((select status from who cross join lateral start_phone_verification(new_team, '+12025550173')), 'sent', 'and gets a code');
select is(opt_in_number('+12025550173', 'asked again'), false, 'once it is lifted, there is nothing to lift');
select is(receive_sms('SM2', '+12025550172', null, 'START'), 'start', 'nor for another START');
select is((select count(*) from herald.consent_log), 4::bigint, 'which is no line');

select * from finish();
rollback;
