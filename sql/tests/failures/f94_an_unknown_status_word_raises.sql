-- F94: a word that the code did not know raised, and the callback came again and again.
begin;
select plan(9);

create temporary table message on commit drop as select a_text('sent') as id;
update sms_messages set twilio_sid = 'a sid';

select is(record_twilio_status(null, 'a sid', 'levitating'), false, 'an unknown word moves nothing');
select is((select status || ' ' || twilio_status from sms_messages), 'sent levitating', 'it is kept with the text');
select is(
  (select updated_sms from update_sms_status_atomic((select id from message), 'a sid', 'ascending', 'ascended')), false,
  'the same by the field''s call'
);
select is((select twilio_status from sms_messages), 'ascending', 'which keeps it as well');
select set_eq(
  'select twilio_status from herald.sms_status_log', '{levitating, ascending}'::text[], 'and both are in the ledger'
);
select is(record_twilio_status(null, 'a sid', 'delivered'), true, 'the next known word counts');

-- The text is on its way, and its SID unknown: that there is a report at all proves that the provider has it.
insert into message select a_queued_text();
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select tick(now() + interval '1 hour');
select is((select record_twilio_status(attempt_id, 'b sid', 'levitating') from claim), true, 'an unknown word brings a SID');
select is(
  (select status || ' ' || twilio_sid from sms_messages where id = (select message_id from claim)), 'sent b sid',
  'the text in doubt has been sent'
);
select is((select status::text from queue_jobs), 'completed', 'and its job has ended');

select * from finish();
rollback;
