-- Each check of health() turns amber and red where herald.health_limits says, and a change there changes the outcome (F42).
begin;
select plan(61);

create function pg_temp.status(p_check text, p_after interval default '0') returns text language sql as $$
  select status from herald.check_health(now() + p_after) where check_name = p_check
$$;
create function pg_temp.limit_at(p_check text, p_amber double precision, p_red double precision) returns void language sql as $$
  update herald.health_limits set amber_from = p_amber, red_from = p_red where check_name = p_check
$$;
create function pg_temp.beat(p_runner text, p_at timestamptz, p_refusals integer default 0, p_sender text default null, p_migration text default null, p_digest text default null)
returns void language sql as $$
  select herald.record_heartbeat(
    p_runner, '0.1.0', coalesce(p_migration, (select migration from herald.installation)),
    coalesce(p_digest, (select functions_digest from herald.installation)), '{texts}', p_sender, p_sender is not null, p_refusals, p_at
  )
$$;

select columns_are(
  'herald', 'health_limits', '{check_name, place, unit, amber_from, red_from, span, grace, least_count}'::name[], 'these are all the limits'
);
select results_eq(
  'select check_name from health()', 'select check_name from herald.health_limits order by place', 'each check has a row, in its place'
);

-- tick
select is(pg_temp.status('tick'), 'red', 'tick: never ticked is red, and not without data');
select tick();
select is(pg_temp.status('tick', '89 seconds'), 'green', 'tick: a minute and a half is enough for a cron job');
select is(pg_temp.status('tick', '90 seconds'), 'amber', 'tick: then it is late');
select is(pg_temp.status('tick', '180 seconds'), 'red', 'tick: after three minutes it is red');
select pg_temp.limit_at('tick', 10, 20);
select is(pg_temp.status('tick', '10 seconds'), 'amber', 'tick: amber_from is heeded');
select is(pg_temp.status('tick', '20 seconds'), 'red', 'tick: red_from is heeded');
select pg_temp.limit_at('tick', null, null);
select is(pg_temp.status('tick', '1 year'), 'green', 'tick: without a limit it is never anything else');

-- runners
select is(pg_temp.status('runners'), 'amber', 'runners: none at work is amber while nothing is due');
create temporary table due on commit drop as select tests.a_job() as id;
select is(pg_temp.status('runners', '29 seconds'), 'amber', 'runners: for half a minute one may be starting');
select is(pg_temp.status('runners', '30 seconds'), 'red', 'runners: none for what is due is red');
select pg_temp.beat('first', now());
select is(pg_temp.status('runners', '14 seconds'), 'green', 'runners: one that told of itself lives');
select is(pg_temp.status('runners', '15 seconds'), 'amber', 'runners: three missed beats are amber');
select is(pg_temp.status('runners', '30 seconds'), 'red', 'runners: the only one silent is red');
select is(pg_temp.status('runners', '2 hours'), 'red', 'runners: and stays red');
select pg_temp.beat('second', now() + interval '30 seconds');
select is(pg_temp.status('runners', '31 seconds'), 'amber', 'runners: a dead one beside one that lives is amber');
select pg_temp.beat('second', now() + interval '2 hours');
select is(pg_temp.status('runners', '2 hours'), 'green', 'runners: after span, others have taken its place');
update herald.health_limits set span = '3 hours' where check_name = 'runners';
select is(pg_temp.status('runners', '2 hours'), 'amber', 'runners: span is heeded');
select herald.end_heartbeat('first'), herald.end_heartbeat('second');
delete from queue_jobs;
select is(pg_temp.status('runners', '2 hours'), 'amber', 'runners: who stopped in good order is not silent');
select is((select summary from herald.check_health(now() + interval '2 hours') where check_name = 'runners'), 'no runner is at work; nothing is due', 'runners: and it says so');
select pg_temp.beat('third', now() + interval '2 days');
select is((select count(*) from herald.runners), 1::bigint, 'runners: the long gone are forgotten');
delete from herald.runners;

-- oldest_due_job
select is(pg_temp.status('oldest_due_job'), 'green', 'oldest_due_job: nothing is due');
insert into due select tests.a_job();
select is(pg_temp.status('oldest_due_job', '119 seconds'), 'green', 'oldest_due_job: not yet');
select is(pg_temp.status('oldest_due_job', '120 seconds'), 'amber', 'oldest_due_job: two minutes');
select is(pg_temp.status('oldest_due_job', '15 minutes'), 'red', 'oldest_due_job: a quarter of an hour');
delete from queue_jobs;
select a_queued_text();
update herald.settings set kill_switch = true;
select is(pg_temp.status('oldest_due_job', '15 minutes'), 'green', 'oldest_due_job: what the kill switch holds does not count');
select is(pg_temp.status('kill_switch'), 'amber', 'kill_switch: it is on');
update herald.settings set kill_switch = false;
select is(pg_temp.status('kill_switch'), 'green', 'kill_switch: it is off');
select is(pg_temp.status('oldest_due_job', '15 minutes'), 'red', 'oldest_due_job: and then it does');

-- What waits has no job, though it is its time: tick() runs, and cannot plan it.
savepoint unplanned;
delete from queue_jobs;
delete from sms_messages;
select tests.a_text('scheduled');
select is(pg_temp.status('oldest_due_job', '1 day 119 seconds'), 'green', 'oldest_due_job: a text will be planned by the next tick');
select is(pg_temp.status('oldest_due_job', '1 day 15 minutes'), 'red', 'oldest_due_job: a text is never planned');
update sms_messages set recurrence_pattern = 'FREQ=DAILY';
select is(pg_temp.status('oldest_due_job', '1 day 15 minutes'), 'red', 'oldest_due_job: nor is a series');
update herald.settings set kill_switch = true;
select is(pg_temp.status('oldest_due_job', '1 day 15 minutes'), 'green', 'oldest_due_job: the kill switch holds these, too');
rollback to unplanned;
delete from queue_jobs;
insert into notification_deliveries (recipient_user_id, channel, scheduled_for) values (tests.a_user(), 'email', now() + interval '1 day');
select is(pg_temp.status('oldest_due_job', '1 day 15 minutes'), 'red', 'oldest_due_job: nor is an e-mail');
rollback to unplanned;
delete from queue_jobs;
insert into herald.notification_digests (user_id, event_type, opened_at, due_at)
select tests.a_user(), event_type, now(), now() + interval '1 day' from herald.event_types limit 1;
select is(pg_temp.status('oldest_due_job', '1 day 15 minutes'), 'red', 'oldest_due_job: nor is a digest closed');
rollback to unplanned;

-- leases
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second', p_lease => '1 minute');
select is(pg_temp.status('leases', '100 seconds'), 'green', 'leases: a tick may be just coming');
select is(pg_temp.status('leases', '121 seconds'), 'amber', 'leases: over for a minute');
select is(pg_temp.status('leases', '361 seconds'), 'red', 'leases: over for five');

-- texts_in_doubt
select is(pg_temp.status('texts_in_doubt'), 'green', 'texts_in_doubt: one under way is none');
create function pg_temp.answer(p_http_status integer, p_code integer default null) returns void language sql as $$
  select record_sms_results(jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', p_http_status, 'error_code', p_code,
    'sid', case when p_http_status = 201 then 'SM' || attempt_id end
  )), now() + interval '1 second') from claim
$$;
select pg_temp.answer(503);
select is(pg_temp.status('texts_in_doubt'), 'amber', 'texts_in_doubt: one is amber');
select pg_temp.limit_at('texts_in_doubt', 1, 1);
select is(pg_temp.status('texts_in_doubt'), 'red', 'texts_in_doubt: red_from is heeded');

-- senders
select is(pg_temp.status('senders'), 'green', 'senders: none rests');
truncate claim;
select a_queued_text();
insert into claim select * from claim_sms('a sender', p_now => now() + interval '1 second');
select pg_temp.answer(429);
select is(pg_temp.status('senders', '2 seconds'), 'amber', 'senders: a throttled one is amber');
truncate claim;
insert into claim select * from claim_sms('another sender', p_now => now() + interval '1 minute');
select pg_temp.answer(401, 20003);
select is(pg_temp.status('senders', '2 seconds'), 'red', 'senders: a refused one is red');
select is(pg_temp.status('senders', '70 seconds'), 'red', 'senders: also in the moment of its next try');
update herald.health_limits set grace = '0' where check_name = 'senders';
select is(pg_temp.status('senders', '70 seconds'), 'green', 'senders: grace is heeded');

-- callbacks
delete from herald.senders;
truncate claim;
select count(a_queued_text()) from generate_series(1, 10);
insert into claim select * from claim_sms('a sender', p_now => now() + interval '2 minutes');
update herald.sms_attempts set sender = 'a sender', started_at = now();
select pg_temp.answer(201);
select is(pg_temp.status('callbacks', '11 minutes'), 'green', 'callbacks: a sender that asks for no reports gets none');
select pg_temp.beat('fourth', now(), 0, 'a sender');
select is(pg_temp.status('callbacks', '9 minutes'), 'green', 'callbacks: within grace they may still come');
select is(pg_temp.status('callbacks', '11 minutes'), 'red', 'callbacks: then none of eleven is red');
update herald.health_limits set least_count = 100 where check_name = 'callbacks';
select is(pg_temp.status('callbacks', '11 minutes'), 'green', 'callbacks: least_count is heeded');
update herald.health_limits set least_count = 10, span = '30 minutes' where check_name = 'callbacks';
select is(pg_temp.status('callbacks', '40 minutes'), 'green', 'callbacks: span is heeded');
select record_twilio_status(attempt_id, 'SM' || attempt_id, 'delivered') from claim;
select is(pg_temp.status('callbacks', '11 minutes'), 'green', 'callbacks: with their reports it is well');

-- signatures
select pg_temp.beat('fourth', now(), 4);
select is(pg_temp.status('signatures'), 'green', 'signatures: anybody can send some');
select pg_temp.beat('fourth', now(), 5);
select is(pg_temp.status('signatures'), 'amber', 'signatures: five in a row are the provider''s');

-- replies
select receive_sms('SM1', '+12025550123', null, 'please stop texting me', p_now => now());
select is(pg_temp.status('replies', '3 hours'), 'green', 'replies: a person has four hours');
select is(pg_temp.status('replies', '4 hours'), 'amber', 'replies: then somebody is waiting');

-- versions
select is(pg_temp.status('versions'), 'green', 'versions: process and database are of one release');
select pg_temp.beat('fifth', now(), 0, null, null, 'other');
select is(pg_temp.status('versions'), 'amber', 'versions: one with other functions');
select pg_temp.beat('sixth', now(), 0, null, '9999_later');
select is(pg_temp.status('versions'), 'red', 'versions: the database is behind one');
delete from herald.runners where runner in ('fifth', 'sixth');
select pg_temp.beat('seventh', now(), 0, null, '0001_foundation');
select is(pg_temp.status('versions'), 'amber', 'versions: one is behind the database');

select * from finish();
rollback;
