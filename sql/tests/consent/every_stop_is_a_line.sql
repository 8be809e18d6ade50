-- Every STOP is a line of the ledger under its SID, once, also of a number that is stopped already; and where the team
-- lets texts go again over a STOP of the number's holder, the ledger says over which.
begin;
select plan(12);
set local client_min_messages = error;

create temporary table who on commit drop as select a_user_with_phone('+12025550170') as id;
create function pg_temp.ledger() returns text[] language sql as
$$select array_agg(concat_ws(' ', change, source, words, inbound_sid) order by id) from herald.consent_log$$;

select is(opt_out_number('+12025550170', 'phone'), 0, 'the team stops a number');
select is(receive_sms('SM1', '+12025550170', null, 'STOP'), 'stop', 'whose holder sends STOP, too');
select is(pg_temp.ledger(), '{opted_out team phone,opted_out inbound STOP SM1}', 'both are on record');
select is((select source from herald.suppressed_numbers), 'team', 'and the team''s word weighs more');
select is(receive_sms('SM1', '+12025550170', null, 'STOP'), 'stop', 'the same STOP again');
select is((select count(*) from herald.consent_log), 2::bigint, 'is no line');
select is(receive_sms('SM2', '+12025550170', null, 'Stop now!'), 'stop_in_words', 'another STOP');
select is((pg_temp.ledger())[3], 'opted_out inbound Stop now! SM2', 'is one');
select is(opt_in_number('+12025550170', 'asked'), true, 'the team lifts it');
select is((pg_temp.ledger())[4], 'opted_in team asked SM2', 'and the ledger says over which STOP');

select from opt_out_number('+12025550170', 'letter');
select from opt_out_number('+12025550170', 'court');
select from opt_in_number('+12025550170', 'back');
select is((pg_temp.ledger())[5:7], '{opted_out team letter,opted_out team court,opted_in team back}', 'what the team alone stopped it lifts over nobody');

-- Of two STOPs of a number that nobody has, both count as well.
select from unnest('{SM3, SM4}'::text[]) as sid cross join lateral receive_sms(sid, '+12025550171', null, 'STOP');
select is((pg_temp.ledger())[8:9], '{opted_out inbound STOP SM3,opted_out inbound STOP SM4}', 'also of a stranger');

select * from finish();
rollback;
