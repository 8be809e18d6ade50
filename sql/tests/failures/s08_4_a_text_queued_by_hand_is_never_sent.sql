-- The seed's own update (8.4) queues texts without a job, and nobody would ever send them.
begin;
select plan(5);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550188') as id;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select id, '+12025550188', 'by hand', 'scheduled', now() + interval '3 minutes' from who;

update sms_messages
set status = 'queued'
where status = 'scheduled'
  and scheduled_for <= now() + interval '5 minutes';

select is((select count(*) from queue_jobs where job_type = 'send_sms'), 1::bigint, 'it has its job');
select is_empty($$select from claim_sms('+15005550006')$$, 'not before its time');
select is(
  (select count(*) from claim_sms('+15005550006', p_now => now() + interval '3 minutes')), 1::bigint, 'and goes at its time'
);

update sms_messages set status = 'sent', sent_at = '2027-03-01 12:00+00';
update sms_messages set status = 'undelivered';
update queue_jobs set status = 'completed';
update sms_messages set status = 'queued', expires_at = null;
select is((select sent_at from sms_messages), null, 'a text that is sent again has not been sent yet');
select is((select count(*) from claim_sms('+15005550006', p_now => now() + interval '3 minutes')), 1::bigint, 'and it is sent again');

select * from finish();
rollback;
