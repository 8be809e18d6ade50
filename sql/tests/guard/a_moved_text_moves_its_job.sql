-- Time lives with the text: whoever moves a text that waits with its job moves the job.
begin;
select plan(11);

create temporary table it on commit drop as select tests.a_queued_text() as id, tests.a_queued_text() as neighbour;
create function pg_temp.job_of(p_id uuid) returns queue_jobs language sql as $$
  select j from queue_jobs as j inner join sms_messages as m on m.queue_job_id = j.id where m.id = p_id;
$$;

update sms_messages set scheduled_for = '2040-05-01 12:00+00' where id = (select id from it);
select is((pg_temp.job_of(id)).scheduled_for, '2040-05-01 12:00+00', 'a later text has a later job') from it;
select cmp_ok((pg_temp.job_of(neighbour)).scheduled_for, '<=', now(), 'another''s job stays where it is') from it;
select is((pg_temp.job_of(id)).due_rank, '2040-05-01 12:10+00', 'its turn is a later one') from it;
update sms_messages set scheduled_for = '2040-04-01 12:00+00' where id = (select id from it);
select is((pg_temp.job_of(id)).scheduled_for, '2040-04-01 12:00+00', 'an earlier text has an earlier job') from it;
update sms_messages set scheduled_for = null where id = (select id from it);
select is((pg_temp.job_of(id)).scheduled_for, now(), 'a text without a time has a job at once') from it;
update sms_messages set message_content = 'other words' where id = (select id from it);
select is((pg_temp.job_of(id)).scheduled_for, now(), 'other words move nothing') from it;

-- A text between two attempts keeps the wait that its failure earned: moved forward, it does not go before that.
create temporary table again on commit drop as select neighbour as id from it;
update queue_jobs set status = 'processing', processing_token = gen_random_uuid() where id = (select (pg_temp.job_of(id)).id from again);
update queue_jobs set status = 'retrying', scheduled_for = now() + interval '5 minutes' where id = (select (pg_temp.job_of(id)).id from again);
update sms_messages set scheduled_for = now() + interval '1 minute' where id = (select id from again);
select is((pg_temp.job_of(id)).status, 'retrying', 'a text that was tried waits for its next attempt') from again;
select is((pg_temp.job_of(id)).scheduled_for, now() + interval '5 minutes', 'and no sooner for being moved') from again;
delete from sms_messages where id = (select id from again);

-- What runs is not moved, and does not come to wait by being moved.
select from claim_sms('a sender', p_now => now() + interval '1 minute');
select is((pg_temp.job_of(id)).status, 'processing', 'while it is being sent') from it;
update sms_messages set scheduled_for = '2040-05-01 12:00+00' where id = (select id from it);
select is((pg_temp.job_of(id)).scheduled_for, now(), 'its job stays where it is') from it;
select is((pg_temp.job_of(id)).status, 'processing', 'and runs on') from it;

select * from finish();
rollback;
