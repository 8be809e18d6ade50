-- Each word of the provider moves a text that was sent to where it says, and leaves the others alone.
begin;
select plan(21);

create temporary table report on commit drop as
select word, target, a_text('sent') as message_id
from (
  values
    ('accepted', 'sent'), ('queued', 'sent'), ('scheduled', 'sent'), ('sending', 'sent'), ('sent', 'sent'), ('delivered', 'delivered'),
    ('read', 'delivered'), ('failed', 'failed'), ('undelivered', 'undelivered'), ('canceled', 'sent'), ('partially_delivered', 'sent'),
    ('receiving', 'sent'), ('received', 'sent'), ('', 'sent')
) as known (word, target);
update sms_messages set twilio_sid = 'sid of ' || word from report where sms_messages.id = message_id;

select is(
  record_twilio_status(null, 'sid of ' || word, word, p_now => '2040-05-01 12:00:00+00'), target <> 'sent',
  word || case when target <> 'sent' then ' moves' else ' does not move' end || ' a text that was sent'
)
from report
where word <> '';
select set_eq(
  $$select word || ': ' || status || ' ' || twilio_status from report inner join sms_messages on sms_messages.id = message_id where word <> ''$$,
  $$select word || ': ' || target || ' ' || word from report where word <> ''$$,
  'each text is where its report says, and keeps the word'
);
select is(
  (select array_agg(delivered_at) from sms_messages where status = 'delivered'),
  array['2040-05-01 12:00:00+00'::timestamptz, '2040-05-01 12:00:00+00'], 'the time of the delivery is the report''s'
);
select is(
  (select array_agg(failed_at) from sms_messages where status in ('failed', 'undelivered')),
  array['2040-05-01 12:00:00+00'::timestamptz, '2040-05-01 12:00:00+00'], 'so is that of a failure'
);

select throws_ok($$select record_twilio_status(null, '', 'sent')$$, '22004', null, 'a report without a SID is an error');
select throws_ok($$select record_twilio_status(null, null, 'sent')$$, '22004', null, 'so is one with null');
select throws_ok($$select record_twilio_status(null, 'a sid', '')$$, '22004', null, 'and one without a status');
select is(record_twilio_status(null, 'nobody''s sid', 'delivered'), false, 'a SID of nobody moves nothing');
select is((select count(*) from herald.sms_status_log where message_id is null), 1::bigint, 'but is kept');

select * from finish();
rollback;
