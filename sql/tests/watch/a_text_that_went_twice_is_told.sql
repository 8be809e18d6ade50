-- With on_unknown = resend a text can go twice, and then it says so: by a report about the attempt that was taken for
-- not sent, which came when the text had been claimed again.
begin;
select plan(7);
set local timezone = 'UTC';

update herald.settings set on_unknown = 'resend', settle_time = '10 minutes';
create temporary table it on commit drop as select a_queued_text() as id;
update sms_messages set scheduled_for = '2040-05-01 12:00+00', expires_at = null;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => '2040-05-01 12:00+00');
select from claim, record_sms_results(
  jsonb_build_array(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', true)),
  '2040-05-01 12:00:02+00'
);
select from record_sms_reconciliation(
  (
    select jsonb_agg(jsonb_build_object('attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true, 'entries', '[]'::jsonb))
    from claim_sms_to_reconcile('a sender', p_now => '2040-05-01 12:20+00')
  ),
  '2040-05-01 12:20+00'
);
create function pg_temp.strays() returns setof text language sql as $$
  select verdict || ': ' || evidence from explain_sms((select id from it)) where gate = 'stray';
$$;
create temporary table again on commit drop as select * from claim_sms('a sender', p_now => '2040-05-01 12:20+00');
select is((select count(*) from again), 1::bigint, 'a text that is not in the list is claimed again');
select is_empty('select pg_temp.strays()', 'as far as anybody knows it has not gone');

select is((select record_twilio_status(attempt_id, 'the first', 'delivered', p_now => '2040-05-01 12:20:01+00') from claim), false, 'then the first attempt is reported');
select results_eq(
  'select pg_temp.strays()',
  $$values ('went: the provider took it at about 2040-05-01 12:20:01 UTC as the first, by an attempt that was taken for not sent')$$,
  'and that is told at once'
);
select from again, record_sms_results(
  jsonb_build_array(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'the second'
  )),
  '2040-05-01 12:20:02+00'
);
select from again, record_twilio_status(attempt_id, 'the second', 'delivered', p_now => '2040-05-01 12:20:05+00');
select from claim, record_twilio_status(attempt_id, 'the first', 'sent', p_now => '2040-05-01 12:20:06+00');
select results_eq(
  'select pg_temp.strays()',
  $$values ('went twice: the provider took it at about 2040-05-01 12:20:01 UTC as the first, by an attempt that was taken for not sent')$$,
  'once both have gone it went twice, however many reports there are'
);
select matches(
  (select evidence from explain_sms((select id from it)) where gate = 'outcome'), 'as the second, delivered', 'beside what became of it'
);
select is((select count(*) from explain_sms((select id from it)) where gate_order = 0), 2::bigint, 'in a row of its own');

select * from finish();
rollback;
