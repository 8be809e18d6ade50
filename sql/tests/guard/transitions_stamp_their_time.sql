-- Each change of status leaves its timestamp, also when the caller forgets; one that is there is not overwritten.
begin;
select plan(20);

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

-- The caller's own instant counts, and the first one stays.
update queue_jobs set status = 'completed', completed_at = '2026-03-01 12:00+00' where id = (select processing from stamped);
select is(completed_at, '2026-03-01 12:00+00', 'an instant that the caller names is taken') from queue_jobs where id = (select processing from stamped);
create temporary table early on commit drop as select tests.a_text('sending') as id;
update sms_messages set status = 'sent', sent_at = '2026-03-01 12:00+00' where id = (select id from early);
update sms_messages set status = 'delivered' where id = (select id from early);
select is(sent_at, '2026-03-01 12:00+00', 'a later change does not overwrite an earlier stamp') from sms_messages where id = (select id from early);
update sms_messages set updated_at = '2000-01-01' where id = (select id from early);
select is(updated_at, now(), 'updated_at tells the truth whatever is written into it') from sms_messages where id = (select id from early);

select * from finish();
rollback;
