-- F41: number and words lay in a job's metadata, where a user could change them: a text to any number.
begin;
select plan(7);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
select a_user(), number, true, null, null, 1000 from unnest('{+12025550123, +12025550124}'::text[]) as number;
create temporary table message on commit drop as
select queue_sms_message(user_id, phone_number, 'the true words', p_metadata => '{"note": "kept with the text"}') as id
from user_sms_preferences
where phone_number = '+12025550123';

select is(
  (select metadata from queue_jobs),
  (select jsonb_build_object('message_id', id, 'priority', 'normal') from message),
  'a job knows the id of its text, and neither its number nor its words'
);

update queue_jobs
set metadata = metadata || '{"phone_number": "+12025550199", "message": "false words", "user_id": "x", "to": "+12025550199"}';
create temporary table claim on commit drop as
select * from claim_pending_jobs('{send_sms}', p_now => now() + interval '1 second');
select is((select metadata ->> 'phone_number' from claim), '+12025550123', 'a changed job does not change the number');
select is((select metadata ->> 'message' from claim), 'the true words', 'nor the words');
select is(
  (select metadata ->> 'user_id' from claim), (select user_id::text from sms_messages), 'nor whose text it is'
);
select from (select hand_back_jobs(array_agg(id), array_agg(processing_token), now()) from claim) as done;

-- Even with the id of somebody else's text, a job sends only its own.
create temporary table other on commit drop as
select queue_sms_message(user_id, phone_number, 'somebody else''s') as id
from user_sms_preferences
where phone_number = '+12025550124';
update queue_jobs
set metadata = jsonb_build_object('message_id', (select id from other))
where id = (select queue_job_id from sms_messages inner join message using (id));
select set_eq(
  $$select phone_number || ': ' || message_content from claim_sms('a sender', p_now => now() + interval '2 seconds')$$,
  array['+12025550123: the true words', '+12025550124: somebody else''s'],
  'a changed message_id sends what the job was made for'
);

insert into queue_jobs (user_id, job_type, metadata)
select user_id, 'send_sms', jsonb_build_object('message_id', a_text('scheduled'))
from user_sms_preferences
where phone_number = '+12025550123';
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 minute')$$,
  'a new job cannot take over the text of another user'
);
select is(
  (select count(*) from sms_messages where status = 'scheduled' and queue_job_id is null), 1::bigint,
  'which waits for its time as before'
);

select * from finish();
rollback;
