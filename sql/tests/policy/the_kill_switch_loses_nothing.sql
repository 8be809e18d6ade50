-- While the kill switch is on nothing is handed out; when it is off again everything goes that is still wanted.
begin;
select plan(10);

create temporary table message on commit drop as select a_queued_text() as id from generate_series(1, 3);
update herald.settings set kill_switch = true;

select is_empty($$select from claim_sms('a sender', p_now => now() + interval '1 second')$$, 'no text is claimed');
select is_empty(
  $$select from claim_pending_jobs('{send_sms}', p_now => now() + interval '1 second')$$, 'by no way'
);
select is((select array_agg(distinct status::text || attempt_count) from sms_messages), '{queued0}', 'the texts wait, with all their attempts');
select is((select array_agg(distinct status::text || attempts) from queue_jobs), '{pending0}', 'so do their jobs');
insert into message
select queue_sms_message(user_id, phone_number, 'new', p_scheduled_for => '2040-05-01 12:00:00+00')
from user_sms_preferences
limit 1;
select is((select count(*) from sms_messages where status = 'scheduled'), 1::bigint, 'a new text is taken');
select is((tick('2040-05-01 11:56:00+00') ->> 'promoted')::integer, 1, 'and planned');
insert into queue_jobs (user_id, job_type, scheduled_for) values (a_user(), 'other', now());
select is((select count(*) from claim_pending_jobs('{other}', p_now => now())), 1::bigint, 'other work goes on');

update herald.settings set kill_switch = false;
select is(
  (select count(*) from claim_sms('a sender', p_now => now() + interval '2 seconds')), 3::bigint, 'switched on again, the texts go'
);
select is(
  (select array_agg(distinct attempt_count) from sms_messages where status = 'sending'), '{1}', 'for their first attempt'
);
select is((select count(*) from sms_messages where status = 'cancelled'), 0::bigint, 'none was lost');

select * from finish();
rollback;
