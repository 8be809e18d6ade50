-- F103: any role could send any text to any number for anyone. Clients cannot queue texts at all, and what a server queues
-- goes to the number that its user has verified and to no other, under whatever name.
begin;
select plan(9);

create temporary table who on commit drop as select a_user_with_phone('+12025550170') as id, a_user_with_phone('+12025550171') as other;
grant select on who to herald_client;
create function pg_temp.fate(p_number text, p_category text) returns text language plpgsql as $$
declare
  v_id constant uuid := queue_sms_message((select id from who), p_number, 'hello', p_category => p_category);
begin
  return (select status || coalesce(' ' || split_part(cancel_reason, ':', 1), '') from sms_messages where id = v_id);
end;
$$;
select is(pg_temp.fate('+12025550170', null), 'queued', 'the user''s own number');
select is(pg_temp.fate('+12025550171', null), 'cancelled verified', 'another user''s number');
select is(pg_temp.fate('+12025550179', null), 'cancelled verified', 'nobody''s number');
select is(pg_temp.fate('+12025550179', 'verification'), 'cancelled verified', 'nor does it help to call it a code');
select is((select status from who cross join lateral herald.begin_verification(who.id, '+12025550178', now())), 'sent', 'while a code is on its way');
select is(pg_temp.fate('+12025550178', 'verification'), 'cancelled verified', 'no other text goes along with it');

set local role herald_client;
select throws_ok('select queue_sms_message(id, null, ''hello'') from who', '42501', null, 'a client cannot queue a text');
select throws_ok($$insert into sms_messages (user_id, phone_number, message_content) select id, '+12025550170', 'x' from who$$, '42501', null, 'nor write one');
select throws_ok($$select receive_sms('SM1', '+12025550170', null, 'START')$$, '42501', null, 'nor speak for a number');
reset role;

select * from finish();
rollback;
