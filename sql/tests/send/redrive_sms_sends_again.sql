-- What failed, or was not delivered, is sent again by somebody's decision, past all the gates.
begin;
select plan(15);

select is(redrive_sms(a_text(status)), false, 'a text that is ' || status || ' is not redriven')
from unnest('{pending, scheduled, queued, sending, sent, delivered, cancelled}'::sms_status[]) as status;

create temporary table message on commit drop as select a_text('undelivered') as id;
update sms_messages set twilio_sid = 'old sid', twilio_error_code = 30005 where id = (select id from message);
select is((select redrive_sms(id) from message), true, 'one that was not delivered is');
select results_eq(
  $$
    select message.status::text, twilio_sid, twilio_error_code, job.status::text, job.job_type::text
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    where message.id = (select id from message)
  $$,
  $$values ('queued', null, null::integer, 'pending', 'send_sms')$$,
  'it waits with a new job, and without the old SID'
);
select is(
  record_twilio_status(null, 'old sid', 'delivered'), false, 'a late report about the old one does not move the new one'
);
select is(
  (select attempt from claim_sms('a sender', p_now => now() + interval '1 second') where message_id = (select id from message)),
  1, 'and it goes'
);

-- To a number that the user has no more it would not go, and that is said at once.
create temporary table former on commit drop as select a_text('undelivered') as id;
update user_sms_preferences set phone_number = '+12025550188' where user_id = (select user_id from sms_messages where id = (select id from former));
select throws_ok(
  $$select redrive_sms(id) from former$$, '22023',
  format('text %s is for a number that is not its user''s any more', (select id from former)), 'a text to a former number is refused'
);
select is((select status::text from sms_messages where id = (select id from former)), 'undelivered', 'and stays as it was');
update user_sms_preferences set phone_number = null where user_id = (select user_id from sms_messages where id = (select id from former));
select throws_ok($$select redrive_sms(id) from former$$, '22023', null, 'so it is if the user has no number');
update sms_messages set phone_number = '+12025550188' where id = (select id from former);
update user_sms_preferences
set phone_number = '+12025550188', phone_verified = true
where user_id = (select user_id from sms_messages where id = (select id from former));
select is((select redrive_sms(id) from former), true, 'to the number of today it goes');

select * from finish();
rollback;
