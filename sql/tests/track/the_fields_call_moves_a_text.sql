-- update_sms_status_atomic gives exactly one row, whatever it is asked about.
begin;
select plan(17);

create temporary table message on commit drop as
select what, a_text('sending') as id from unnest('{first, second, waiting}'::text[]) as what;
create function pg_temp.id(p_what text) returns uuid language sql as $$select id from message where what = p_what$$;
update sms_messages set notification_delivery_id = a_delivery() where id = pg_temp.id('first');

select results_eq(
  $$
    select result.*
    from update_sms_status_atomic(
      p_message_id => pg_temp.id('first'), p_twilio_sid => 'sid 1', p_twilio_status => 'queued', p_mapped_status => 'sent',
      p_error_code => null, p_error_message => null
    ) as result
  $$,
  $$
    select notification_delivery_id, user_id, now(), null::timestamptz, 0, 3, 'normal', true, true
    from sms_messages
    where id = pg_temp.id('first')
  $$,
  'a text that was sent, with its delivery'
);
select is((select status || ' ' || twilio_sid from sms_messages where id = pg_temp.id('first')), 'sent sid 1', 'status and SID are stored');
select results_eq(
  $$select updated_sms, updated_delivery from update_sms_status_atomic(pg_temp.id('first'), 'sid 1', 'queued', 'sent')$$,
  'values (false, false)', 'the same again is no news'
);
select results_eq(
  $$select updated_sms, updated_delivery, delivered_at from update_sms_status_atomic(pg_temp.id('first'), 'sid 1', 'delivered', 'delivered')$$,
  'values (true, true, now())', 'a delivery moves both'
);
select is((select status from notification_deliveries), 'delivered', 'also in the delivery''s row');
select results_eq(
  $$select updated_sms from update_sms_status_atomic(pg_temp.id('first'), 'sid 1', 'queued', 'queued')$$,
  'values (false)', 'nothing moves back'
);

select results_eq(
  $$select * from update_sms_status_atomic(gen_random_uuid(), 'sid 9', 'sent', 'sent')$$,
  'values (null::uuid, null::uuid, null::timestamptz, null::timestamptz, null::integer, null::integer, null::text, false, false)',
  'an unknown text is one row of nulls'
);
select results_eq(
  $$select * from update_sms_status_atomic(null, null, null, null)$$,
  'values (null::uuid, null::uuid, null::timestamptz, null::timestamptz, null::integer, null::integer, null::text, false, false)',
  'so is none'
);
select results_eq(
  $$select user_id, updated_sms from update_sms_status_atomic(pg_temp.id('second'), 'sid 1', 'delivered', 'delivered')$$,
  'values (null::uuid, false)', 'the SID of another text is not about this one'
);
select is((select status::text from sms_messages where id = pg_temp.id('second')), 'sending', 'which stays where it was');
select results_eq(
  $$select user_id, updated_sms from update_sms_status_atomic(pg_temp.id('first'), 'sid 2', 'failed', 'failed')$$,
  'values (null::uuid, false)', 'nor is another SID about a text that has one'
);
select results_eq(
  $$select updated_sms from update_sms_status_atomic(pg_temp.id('second'), 'sid 2', 'undelivered', 'undelivered', 30005, 'unknown handset')$$,
  'values (true)', 'a failure'
);
select results_eq(
  $$select status::text, twilio_error_code, twilio_error_message from sms_messages where id = pg_temp.id('second')$$,
  $$values ('undelivered', 30005, 'unknown handset')$$, 'keeps code and message'
);
select results_eq(
  $$select updated_sms from update_sms_status_atomic(pg_temp.id('second'), 'sid 2', 'delivered', 'no status of ours')$$,
  'values (true)', 'a mapped word that is none goes by the provider''s'
);
select results_eq(
  $$select updated_sms from update_sms_status_atomic(pg_temp.id('waiting'), null, 'queued', 'queued')$$,
  'values (false)', 'a word without a SID proves nothing'
);
select is((select status::text from sms_messages where id = pg_temp.id('waiting')), 'sending', 'so the text is still in doubt');
select results_eq(
  $$select updated_sms, updated_delivery from update_sms_status_atomic(a_text('queued'), 'sid 3', 'delivered', 'delivered')$$,
  'values (false, false)', 'a text that has not left cannot have been delivered'
);

select * from finish();
rollback;
