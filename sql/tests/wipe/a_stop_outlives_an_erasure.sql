-- A suppression and an opt-out survive as hashes: nothing readable is left of the number, and every gate still knows it, also
-- when it comes again with another user.
begin;
select plan(20);

create temporary table who (what text, id uuid, number text) on commit drop;
insert into who
select what, a_user_with_phone(number), number
from (
  values ('stopped', '+12025550151'), ('opted out', '+12025550152'), ('by the team', '+12025550153'), ('shared', '+12025550154'), ('other', '+12025550155')
) as given (what, number);
select from receive_sms('IN1', '+12025550151', '+12025550100', 'STOP please, says Ada', p_parameters => '{"FromCity": "AUSTIN"}', p_now => '2030-05-01 12:00+00');
update user_sms_preferences set opted_out = true, opt_out_reason = 'I am Ada' from who where who.id = user_id and what = 'opted out';
select from opt_out_number('+12025550153', 'Ada called', '2030-05-01 12:00+00');
select from receive_sms('IN2', '+12025550154', null, 'STOP', p_now => '2030-05-01 12:00+00');

create function pg_temp.traces(p_number text) returns setof text language sql as $$
  select 'suppressed' from herald.suppressed_numbers where phone_number = p_number
  union all select 'consent' from herald.consent_log where phone_number = p_number
  union all select 'inbound' from herald.inbound_sms where from_number = p_number
  union all select 'preferences' from user_sms_preferences where phone_number = p_number
$$;
select is((select count(*) from who, pg_temp.traces(number) where what = 'stopped'), 4::bigint, 'a STOP stands in four places');
-- A number that has gone to somebody else, who has proved it, is theirs.
update user_sms_preferences set phone_number = null from who where who.id = user_id and what = 'shared';
update user_sms_preferences set phone_number = '+12025550154' from who where who.id = user_id and what = 'other';
update user_sms_preferences set phone_verified = true from who where who.id = user_id and what = 'other';

select is((select sum(remaining) from who cross join lateral erase_user(id) where what <> 'other'), 0::numeric, 'all are erased');
select is_empty($$select pg_temp.traces(number) from who where what not in ('shared', 'other')$$, 'their numbers are nowhere');
select is_empty(
  $$select from herald.inbound_sms where twilio_sid = 'IN1' and (words is not null or parameters <> '{}' or needs_review)$$, 'nor is what they wrote'
);
select is_empty($$select from herald.consent_log where words ~ 'Ada' union all select from herald.suppressed_numbers where reason ~ 'Ada'$$, 'nor what was written about them');
select is(
  (select array_agg((change, source)::text order by id) from herald.consent_log where number_hash = herald.number_hash('+12025550151')), '{"(opted_out,inbound)"}',
  'the ledger still says that consent was taken back, and how'
);
select set_eq($$select pg_temp.traces('+12025550154')$$, '{suppressed,consent,inbound,preferences}'::text[], 'a number that is somebody else''s by now stays theirs');

-- The numbers come again.
create temporary table again on commit drop as
select what, number, a_user_with_phone(number) as id from who where what in ('stopped', 'opted out', 'by the team');
select is(count(*), 3::bigint, 'whoever has such a number has opted out') from again inner join user_sms_preferences on user_id = again.id where opted_out;
create temporary table message on commit drop as select what, queue_sms_message(id, null, 'hello') as id from again;
select results_eq(
  'select what, status::text from message inner join sms_messages using (id) order by what',
  $$values ('by the team', 'cancelled'), ('opted out', 'cancelled'), ('stopped', 'cancelled')$$, 'nothing goes to it'
);
select is((select has_sms_available from again cross join lateral get_user_sms_channel_info(id) where what = 'stopped'), false, 'it is not available');
select is((select verdict from message cross join lateral explain_sms(id, p_at => '2030-06-01') where what = 'stopped' and gate = 'not_suppressed'), 'block', 'the gate says so');
select is((select status from again cross join lateral herald.begin_verification(a_user(), number, '2030-06-01') where what = 'stopped'), 'opted_out', 'no code goes to it');
update user_sms_preferences set opted_out = false where user_id = (select again.id from again where what = 'stopped');
select is((select opted_out from again inner join user_sms_preferences on user_id = again.id where what = 'stopped'), true, 'an import cannot forget it');

select is(receive_sms('IN3', '+12025550153', null, 'START', p_now => '2030-07-01'), 'start', 'START comes');
select is((select opted_out from again inner join user_sms_preferences on user_id = again.id where what = 'by the team'), true, 'but does not lift what the team decided');
select is(receive_sms('IN4', '+12025550151', null, 'START', p_now => '2030-07-01'), 'start', 'START of who sent STOP');
select is((select opted_out from again inner join user_sms_preferences on user_id = again.id where what = 'stopped'), false, 'lifts it');
select is_empty($$select from herald.suppressed_numbers where number_hash = herald.number_hash('+12025550151')$$, 'also on the list');

-- Of a number that nobody has.
delete from users where id in (select id from again where what = 'by the team');
select is(erase_number('+12025550153'), 2, 'whoever wrote without being a user is erased by the number');
select is_empty($$select pg_temp.traces('+12025550153')$$, 'and it is nowhere');

select * from finish();
rollback;
