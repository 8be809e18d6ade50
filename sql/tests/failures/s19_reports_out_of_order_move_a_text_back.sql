-- Failure 19: reports out of order moved a text back, and whoever told them apart by their SID alone dropped all but the
-- first. Here what a look finds is one more report, and may be older than what is known.
begin;
select plan(5);

create temporary table message on commit drop as select a_queued_text() as id;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select from claim, record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'a sid'
)));
create temporary table look on commit drop as
select * from claim_sms_to_reconcile('a sender', p_now => now() + interval '2 hours');
select is((select twilio_sid from look), 'a sid', 'somebody asks what became of it');

select is(
  array[record_twilio_status(null, 'a sid', 'delivered'), record_twilio_status(null, 'a sid', 'sent')], '{true, false}',
  'meanwhile it arrives, as two reports say in the wrong order'
);
select is(
  (
    select outcome || ' ' || message_status
    from record_sms_reconciliation((
      select jsonb_agg(jsonb_build_object(
        'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true,
        'entries', '[{"sid": "a sid", "status": "queued"}]'::jsonb
      ))
      from look
    ))
  ),
  'reported delivered', 'what was found is older, and moves nothing back'
);
select is(
  (select array_agg(twilio_status order by twilio_status) from herald.sms_status_log), '{delivered, queued, sent}',
  'the ledger has all three, of one SID'
);
select is((select look_at is null or status = 'delivered' from sms_messages), true, 'nobody asks again');

select * from finish();
rollback;
