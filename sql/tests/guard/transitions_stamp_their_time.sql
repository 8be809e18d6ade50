-- Each change of status leaves its timestamp, also when the caller forgets; one that is there is not overwritten.
begin;
select plan(33);

create temporary table stamped on commit drop as
select tests.a_job('completed') as completed, tests.a_job('failed') as failed, tests.a_job('processing') as processing,
  tests.a_job('cancelled') as cancelled, tests.a_text('delivered') as delivered, tests.a_text('undelivered') as undelivered,
  tests.a_text('failed') as failed_text, tests.a_text('cancelled') as cancelled_text, tests.a_delivery('bounced') as bounced,
  tests.a_delivery('clicked') as clicked;

select isnt(started_at, null, 'a job that ran tells when it started') from queue_jobs where id = (select completed from stamped);
select isnt(processed_at, null, 'and when it stopped running') from queue_jobs where id = (select completed from stamped);
select isnt(completed_at, null, 'and when it ended') from queue_jobs where id = (select completed from stamped);
select isnt(completed_at, null, 'a failed job tells when it ended') from queue_jobs where id = (select failed from stamped);
select isnt(completed_at, null, 'a cancelled job tells when it ended') from queue_jobs where id = (select cancelled from stamped);
select is(processing_token, null, 'a job that has ended has no token') from queue_jobs where id = (select completed from stamped);
select is(lease_expires_at, null, 'and no lease') from queue_jobs where id = (select completed from stamped);
select isnt(sent_at, null, 'a delivered text tells when it was sent') from sms_messages where id = (select delivered from stamped);
select isnt(delivered_at, null, 'and when it was delivered') from sms_messages where id = (select delivered from stamped);
select isnt(failed_at, null, 'an undelivered text tells when it failed') from sms_messages where id = (select undelivered from stamped);
select isnt(failed_at, null, 'a failed text tells when it failed') from sms_messages where id = (select failed_text from stamped);
select isnt(cancelled_at, null, 'a cancelled text tells when') from sms_messages where id = (select cancelled_text from stamped);
select isnt(bounced_at, null, 'a bounced delivery tells when') from notification_deliveries where id = (select bounced from stamped);
select isnt(clicked_at, null, 'a clicked delivery tells when') from notification_deliveries where id = (select clicked from stamped);

update queue_jobs set status = 'pending', attempts = 0 where id = (select failed from stamped);
select is(completed_at, null, 'a redriven job has not ended') from queue_jobs where id = (select failed from stamped);
update sms_messages set status = 'queued' where id = (select failed_text from stamped);
select is(failed_at, null, 'a redriven text has not failed') from sms_messages where id = (select failed_text from stamped);

update sms_messages set status = 'delivered' where id = (select undelivered from stamped);
select is(failed_at, null, 'a text that arrived after all has not failed') from sms_messages where id = (select undelivered from stamped);

create temporary table halfway on commit drop as
select tests.a_delivery('sent') as sent, tests.a_delivery('delivered') as delivered, tests.a_delivery('opened') as opened,
  tests.a_delivery('failed') as failed, tests.a_text('sent') as sent_text;
select is(sent_at, now(), 'a sent delivery tells when') from notification_deliveries where id = (select sent from halfway);
select is(delivered_at, now(), 'a delivered one') from notification_deliveries where id = (select delivered from halfway);
select is(opened_at, now(), 'an opened one') from notification_deliveries where id = (select opened from halfway);
select is(failed_at, now(), 'a failed one') from notification_deliveries where id = (select failed from halfway);
select is(sent_at, now(), 'a text that is sent tells when') from sms_messages where id = (select sent_text from halfway);

-- The caller's own instant counts, and the first one stays.
update queue_jobs set status = 'completed', completed_at = '2026-03-01 12:00+00' where id = (select processing from stamped);
select is(completed_at, '2026-03-01 12:00+00', 'an instant that the caller names is taken') from queue_jobs where id = (select processing from stamped);
create temporary table early on commit drop as select tests.a_text('sending') as id;
update sms_messages set status = 'sent', sent_at = '2026-03-01 12:00+00' where id = (select id from early);
update sms_messages set status = 'delivered' where id = (select id from early);
select is(sent_at, '2026-03-01 12:00+00', 'a later change does not overwrite an earlier stamp') from sms_messages where id = (select id from early);
update sms_messages set updated_at = '2000-01-01' where id = (select id from early);
select is(updated_at, now(), 'updated_at tells the truth whatever is written into it') from sms_messages where id = (select id from early);


-- Each stamp of a delivery: as named, and kept when the delivery goes on.
create temporary table going on commit drop as select tests.a_delivery() as id, tests.a_delivery() as other, tests.a_delivery() as back;
update notification_deliveries set status = 'sent', sent_at = '2026-03-01 12:00+00' where id = (select id from going);
update notification_deliveries set status = 'delivered', delivered_at = '2026-03-01 12:01+00' where id = (select id from going);
update notification_deliveries set status = 'opened', opened_at = '2026-03-01 12:02+00' where id = (select id from going);
update notification_deliveries set status = 'clicked', clicked_at = '2026-03-01 12:03+00' where id = (select id from going);
select results_eq(
  'select sent_at, delivered_at, opened_at, clicked_at from notification_deliveries where id = (select id from going)',
  $$values ('2026-03-01 12:00+00'::timestamptz, '2026-03-01 12:01+00'::timestamptz, '2026-03-01 12:02+00'::timestamptz, '2026-03-01 12:03+00'::timestamptz)$$,
  'a delivery keeps the instants that it was given'
);
update notification_deliveries set status = 'bounced', bounced_at = '2026-03-01 12:00+00' where id = (select other from going);
select is(bounced_at, '2026-03-01 12:00+00', 'also when it comes back') from notification_deliveries where id = (select other from going);
update notification_deliveries set status = 'failed', failed_at = '2026-03-01 12:00+00' where id = (select back from going);
select is(failed_at, '2026-03-01 12:00+00', 'or fails') from notification_deliveries where id = (select back from going);
update notification_deliveries set status = 'pending' where id = (select back from going);
select is(failed_at, null, 'a redriven delivery has not failed') from notification_deliveries where id = (select back from going);

-- A job that is claimed a second time started when it first did, and shows when it last stopped.
create temporary table again on commit drop as select tests.a_job('processing') as id;
update queue_jobs set status = 'retrying', processed_at = '2026-03-01 12:00+00' where id = (select id from again);
select is(processed_at, '2026-03-01 12:00+00', 'when a job stopped is what the caller says') from queue_jobs where id = (select id from again);
select is(completed_at, null, 'a job that is tried again has not ended') from queue_jobs where id = (select id from again);
update queue_jobs set status = 'processing', processing_token = gen_random_uuid(), started_at = '2026-02-01 12:00+00' where id = (select id from again);
update queue_jobs set status = 'completed' where id = (select id from again);
select results_eq(
  'select started_at, processed_at, completed_at from queue_jobs where id = (select id from again)',
  $$values ('2026-02-01 12:00+00'::timestamptz, now(), now())$$, 'its start stays, its last stop is a new one'
);

update sms_templates set updated_at = '2000-01-01';
update user_sms_preferences set updated_at = '2000-01-01';
select is((select array_agg(distinct updated_at) from (select updated_at from sms_templates union all select updated_at from user_sms_preferences) as touched), array[now()], 'of a template and of wishes as well');

select * from finish();
rollback;
