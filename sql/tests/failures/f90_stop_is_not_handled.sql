-- F90: STOP was not handled, and the provider's 21610 was retried as "body too long". Either ends the text with its
-- reason, and no request is made to that number again.
begin;
select plan(6);

create temporary table who on commit drop as select a_user_with_phone('+12025550186') as id;
select from who cross join unnest('{one, two}'::text[]) as words cross join lateral queue_sms_message(who.id, null, words);
create temporary table claim on commit drop as select * from claim_sms('a sender', 1, p_now => now() + interval '1 second');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400, 'error_code', 21610))
  from claim
));
select is((select array_agg(message_content || ' ' || status order by message_content) from sms_messages where id in (select message_id from claim)), (select array[message_content || ' cancelled'] from claim), 'a refused number''s text ends');
select is_empty('select from claim_sms(''a sender'', p_now => now() + interval ''1 day'')', 'and no other is tried');
select is((select array_agg(distinct status::text) from sms_messages), '{cancelled}', 'what waited ends with the reason');
select is((select count(*) from herald.sms_attempts), 1::bigint, 'one request was all');

select is(receive_sms('SM1', '+12025550187', null, 'STOP'), 'stop', 'a STOP in time');
create temporary table late on commit drop as select a_user_with_phone('+12025550187') as id;
create temporary table texts on commit drop as select queue_sms_message(id, null, 'x') as id from late;
select is((select split_part(cancel_reason, ':', 1) from sms_messages inner join texts using (id)), 'not_suppressed', 'is kept even before there is a user');

select * from finish();
rollback;
