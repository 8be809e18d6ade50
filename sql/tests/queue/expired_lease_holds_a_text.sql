-- A runner that dies with a text in its hands may have sent it: the text is held in doubt, with its job and its token.
begin;
select plan(9);

create temporary table message on commit drop as
select a_queued_text() as id;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_lease => '2 minutes', p_now => now() + interval '1 minute');

select is((select array_agg(message_id) from claim), (select array_agg(id) from message), 'the text is claimed');
select is(herald.expire_leases(now() + interval '3 minutes'), 1, 'the lease runs out');
select results_eq(
  'select status::text, attempts, lease_expires_at, processing_token from queue_jobs',
  'select $$processing$$, 1, null::timestamptz, processing_token from claim',
  'the job is held: no lease, the token kept'
);
select is((select status::text from sms_messages), 'sending', 'the text stays sending');
select is((select outcome from herald.sms_attempts), 'unknown', 'its attempt has an unknown outcome');
select is(herald.expire_leases(now() + interval '1 year'), 0, 'a held job has no lease that could run out');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '12 hours')$$,
  'nobody gets the text again'
);
select is_empty(
  'select extend_leases(array_agg(job_id), array_agg(processing_token)) from claim',
  'a heartbeat does not make a lease of it'
);

-- The text is gone: there is nothing to be held for.
update queue_jobs set lease_expires_at = now();
delete from sms_messages;
select herald.expire_leases(now() + interval '3 minutes');
select is(
  (select status::text from queue_jobs), 'retrying',
  'the job of a text that has been deleted does not stay for ever'
);

select * from finish();
rollback;
