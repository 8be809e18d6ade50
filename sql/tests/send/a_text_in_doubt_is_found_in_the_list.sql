-- What the provider's list says about texts in doubt: found, absent, or nothing that can be told.
begin;
select plan(40);

update herald.settings set first_look = '10 seconds', settle_time = '10 minutes';

-- Texts by what is said of them; all are in doubt since 12:00:02.
create temporary table doubt (what text, message_id uuid, attempt_id uuid, phone_number text) on commit drop;
create function pg_temp.in_doubt(variadic p_what text[]) returns void language plpgsql as $$
begin
  perform a_queued_text(what) from unnest(p_what) as what;
  update sms_messages set scheduled_for = '2040-05-01 12:00:00+00', expires_at = null where status = 'queued';
  update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;
  with claim as materialized (select * from claim_sms('+15005550006', p_now => '2040-05-01 12:00:00+00'))
  insert into doubt select message_content, message_id, attempt_id, phone_number from claim;
  perform herald.settle_sms(
    jsonb_agg(jsonb_build_object('job_id', job.id, 'processing_token', job.processing_token, 'attempt_id', attempt_id, 'outcome', 'unknown')),
    '2040-05-01 12:00:02+00'
  )
  from doubt inner join queue_jobs as job on job.id = (select queue_job_id from sms_messages where id = message_id)
  where job.lease_expires_at is not null;
end;
$$;
-- An entry as the provider shows it.
create function pg_temp.entry(p_what text, p_sid text, p_changes jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object(
    'sid', p_sid, 'status', 'sent', 'error_code', null, 'direction', 'outbound-api',
    'date_created', '2040-05-01T12:00:01+00:00', 'to_number', phone_number, 'from_number', '+15005550006',
    'messaging_service_sid', null, 'body', what
  ) || p_changes
  from doubt where what = p_what limit 1;
$$;
-- A runner looks at p_at and finds these entries; p_what: whose answer is wanted.
create function pg_temp.look(p_what text, p_at timestamptz, p_entries jsonb default '[]', p_complete boolean default true)
returns text language plpgsql as $$
declare
  v_outcome text;
begin
  select string_agg(recorded.outcome || ' ' || recorded.message_status, ', ' order by recorded.outcome desc)
  into v_outcome
  from (
    select jsonb_agg(jsonb_build_object(
      'attempt_id', look.attempt_id, 'look_token', look.look_token, 'is_complete', p_complete, 'entries', p_entries
    )) as results
    from claim_sms_to_reconcile('+15005550006', p_now => p_at) as look
    inner join doubt using (attempt_id)
    where what = p_what
  ) as looked
  cross join lateral record_sms_reconciliation(coalesce(looked.results, '[]'), p_at + interval '1 second') as recorded;
  return v_outcome;
end;
$$;
create function pg_temp.again() returns void language sql as $$
  update sms_messages set look_at = '2040-05-01 12:00:12+00' where status = 'sending';
$$;

select pg_temp.in_doubt('one', 'none', 'stranger');
select is_empty($$select from claim_sms_to_reconcile('+15005550006', p_now => '2040-05-01 12:00:11+00')$$, 'before first_look nobody asks');
select is_empty($$select from claim_sms_to_reconcile('another', p_now => '2040-05-01 12:00:12+00')$$, 'a sender''s own runners come first');
select set_eq(
  $$
    select what, twilio_sid, created_after, look.phone_number = doubt.phone_number
    from claim_sms_to_reconcile('+15005550006', p_now => '2040-05-01 12:00:12+00') as look inner join doubt using (attempt_id)
  $$,
  $$
    select what, null::text, '2040-05-01 11:59:00+00'::timestamptz, true from unnest('{one, none, stranger}'::text[]) as what
  $$,
  'then each is to be listed by its number, back to a minute before its attempt'
);
select is_empty($$select from claim_sms_to_reconcile('+15005550006', p_now => '2040-05-01 12:02:11+00')$$, 'not by two at once');
select is(
  (select count(*) from claim_sms_to_reconcile('+15005550006', 2, p_now => '2040-05-01 12:02:12+00')), 2::bigint,
  'a look that nobody tells of is made again when its lease is over, in batches of the size that is asked for'
);
select is((select count(*) from claim_sms_to_reconcile('another', p_now => '2040-05-01 12:04:12+00')), 1::bigint, 'what they leave is asked about by others');
select is_empty($$select from claim_sms_to_reconcile('another', p_now => '2040-05-01 12:06:11+00')$$, 'not by two at once either');
update sms_messages set look_at = '2040-05-01 12:04:12+00' where status = 'sending';
select is(
  (select string_agg(outcome, ' ') from record_sms_reconciliation((
    select jsonb_agg(jsonb_build_object('attempt_id', attempt_id, 'look_token', gen_random_uuid(), 'is_complete', true, 'entries', '[]'::jsonb))
    from doubt
  ))),
  'stale stale stale', 'what is told with a wrong token changes nothing'
);

-- Entries that are not the text's.
select pg_temp.again();
select is(
  pg_temp.look('stranger', '2040-05-01 12:00:12+00', jsonb_build_array(
    pg_temp.entry('stranger', 'sid 1', '{"body": "other words"}'),
    pg_temp.entry('stranger', 'sid 2', '{"to_number": "+15005550199"}'),
    pg_temp.entry('stranger', 'sid 3', '{"from_number": "+15005550001"}'),
    pg_temp.entry('stranger', 'sid 4', '{"direction": "inbound"}'),
    pg_temp.entry('stranger', 'sid 5', '{"date_created": "2040-05-01T11:58:59+00:00"}'),
    pg_temp.entry('stranger', 'sid 6', '{"date_created": "2040-05-01T12:01:03+00:00"}'),
    pg_temp.entry('stranger', 'sid 7', '{"date_created": "nonsense"}'),
    pg_temp.entry('stranger', null), '{}'
  )),
  'absent sending', 'other words, numbers, senders, directions and times are not it'
);
select pg_temp.again();
select is(
  pg_temp.look('one', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('one', 'a sid')), false), 'wait sending',
  'half a list tells nothing'
);
select pg_temp.again();
select is(pg_temp.look('one', '2040-05-01 12:00:12+00', '"nonsense"'), 'absent sending', 'nor does nonsense');
select pg_temp.again();
select is(pg_temp.look('one', '2040-05-01 12:00:12+00', '[1]'), 'absent sending', 'of any kind');

-- The one that is.
select pg_temp.again();
select is(
  pg_temp.look('one', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('one', 'a sid'), pg_temp.entry('one', 'a sid'))),
  'found sent', 'one that has number, words, sender and time is it'
);
select results_eq(
  $$
    select message.status::text, twilio_sid, job.status::text, job.result
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
    where message_content = 'one'
  $$,
  $$values ('sent', 'a sid', 'completed', '{"twilio_sid": "a sid"}'::jsonb)$$,
  'the text is sent under its SID, and its job has ended'
);
select results_eq(
  $$select outcome, twilio_sid, looks > 4, look_token from herald.sms_attempts where twilio_sid is not null$$,
  $$values ('accepted', 'a sid', true, null::uuid)$$, 'the attempt was accepted, and says how often it was looked for'
);
select is(
  (select count(*) from herald.sms_status_log where message_id is not null), 1::bigint, 'it is in the ledger, like a report'
);
select pg_temp.again();
select is(
  pg_temp.look('none', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('none', 'a sid'))), 'absent sending',
  'a SID that a text of ours has is no other''s'
);

select a_text('sent');
update sms_messages set twilio_sid = 'by hand' where twilio_sid is null and status = 'sent';
select pg_temp.again();
select is(
  pg_temp.look('none', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('none', 'by hand'))), 'absent sending',
  'also if somebody has written it there'
);

-- Spaces at the ends, a trial account, a service that names no number yet, and a failure.
select pg_temp.in_doubt('spaces', 'trial', 'no number yet');
select pg_temp.again();
select is(
  pg_temp.look('spaces', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('spaces', 'b sid', '{"body": " spaces ", "status": "delivered"}'))),
  'found delivered', 'white space at the ends is not kept by the provider'
);
select pg_temp.again();
select is(
  pg_temp.look('trial', '2040-05-01 12:00:12+00', jsonb_build_array(
    pg_temp.entry('trial', 'c sid', '{"body": "Sent from your Twilio trial account - trial", "status": "undelivered", "error_code": "30003"}')
  )),
  'found undelivered', 'a trial account puts words before ours'
);
select is(
  (select twilio_error_code from sms_messages where message_content = 'trial'), 30003, 'and the reason comes along'
);
select pg_temp.again();
select is(
  pg_temp.look('no number yet', '2040-05-01 12:00:12+00', jsonb_build_array(
    pg_temp.entry('no number yet', 'd sid', '{"from_number": null, "status": "accepted"}')
  )),
  'found sent', 'a Messaging Service names no number at first'
);

-- More entries than texts: one is a stranger's.
select pg_temp.again();
select is(
  pg_temp.look('none', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('none', 'e sid'), pg_temp.entry('none', 'f sid'))),
  'ambiguous sending', 'of two that it could be, it is held'
);
select pg_temp.again();
select is(
  pg_temp.look('none', '2040-05-01 12:20:00+00', jsonb_build_array(pg_temp.entry('none', 'e sid'), pg_temp.entry('none', 'f sid'))),
  'ambiguous sending', 'also after the settle time'
);

-- A report of an attempt that is nobody's any more names its own.
select is(
  record_twilio_status(gen_random_uuid(), 'e sid', 'sent'), false, 'a report comes with the id of another attempt'
);
select pg_temp.again();
select is(
  pg_temp.look('none', '2040-05-01 12:20:00+00', jsonb_build_array(pg_temp.entry('none', 'e sid'), pg_temp.entry('none', 'f sid'))),
  'found sent', 'so that entry is not this one''s, and the other is'
);

-- Twins: the same words to the same number.
select pg_temp.in_doubt('twins', 'twins');
update user_sms_preferences set phone_number = '+15005550177', phone_verified = true
where user_id in (select user_id from sms_messages where message_content = 'twins');
update sms_messages set phone_number = '+15005550177' where message_content = 'twins';
update doubt set phone_number = '+15005550177' where what = 'twins';
select pg_temp.again();
select is(
  pg_temp.look('twins', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('twins', 'g sid'))),
  'wait sending, wait sending', 'one entry for two texts: the other may yet come'
);
select pg_temp.again();
select is(
  pg_temp.look('twins', '2040-05-01 12:00:12+00', jsonb_build_array(
    pg_temp.entry('twins', 'g sid', '{"date_created": "2040-05-01T12:00:02+00:00"}'), pg_temp.entry('twins', 'h sid')
  )),
  'found sent, found sent', 'two for two: one each'
);
select set_eq(
  $$select twilio_sid from sms_messages where message_content = 'twins'$$, array['g sid', 'h sid'], 'and not the same'
);
select pg_temp.in_doubt('late twins', 'late twins');
update sms_messages set phone_number = '+15005550178' where message_content = 'late twins';
update doubt set phone_number = '+15005550178' where what = 'late twins';
select pg_temp.again();
select is(
  pg_temp.look('late twins', '2040-05-01 12:10:02+00', jsonb_build_array(pg_temp.entry('late twins', 'i sid'))),
  'found sent, absent sending', 'once the list is complete, one entry is one text''s'
);

-- Its answer may be on its way.
select pg_temp.in_doubt('slow twins');
create temporary table in_flight on commit drop as select a_queued_text('slow twins') as id;
update sms_messages set phone_number = (select phone_number from doubt where what = 'slow twins'), scheduled_for = '2040-05-01 12:00:00+00'
where id in (select id from in_flight);
update user_sms_preferences
set phone_number = (select phone_number from doubt where what = 'slow twins'), phone_verified = true, phone_verified_at = '2040-01-01', quiet_hours_start = null, quiet_hours_end = null
where user_id in (select user_id from sms_messages inner join in_flight using (id));
create temporary table second_claim on commit drop as
select * from claim_sms('+15005550006', p_now => '2040-05-01 12:00:01+00');
select is((select count(*) from second_claim), 1::bigint, 'a twin is just being sent');
select pg_temp.again();
select is(
  pg_temp.look('slow twins', '2040-05-01 12:00:12+00', jsonb_build_array(
    pg_temp.entry('slow twins', 'j sid'), pg_temp.entry('slow twins', 'another')
  )),
  'wait sending', 'an entry may be the other''s: nothing is decided before that one''s answer'
);
select from record_sms_results((select jsonb_agg(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', 'j sid'
)) from second_claim));
select pg_temp.again();
select is(
  pg_temp.look('slow twins', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('slow twins', 'j sid'))),
  'absent sending', 'it was'
);

-- A report that names no attempt comes before anybody knows its SID.
select pg_temp.in_doubt('early');
select is(record_twilio_status(null, 'l sid', 'delivered', p_now => '2040-05-01 12:00:05+00'), false, 'a report comes of nobody''s SID');
select pg_temp.again();
select is(
  pg_temp.look('early', '2040-05-01 12:00:12+00', jsonb_build_array(pg_temp.entry('early', 'l sid'))), 'found delivered',
  'whose it is shows in the list'
);
select is(
  (select delivered_at from sms_messages where message_content = 'early'), '2040-05-01 12:00:05+00'::timestamptz,
  'and the report counts'
);

-- A report is faster than the look.
select pg_temp.in_doubt('reported');
select pg_temp.again();
create temporary table look on commit drop as
select look.* from claim_sms_to_reconcile('+15005550006', p_now => '2040-05-01 12:00:12+00') as look
inner join doubt using (attempt_id) where what = 'reported';
select is((select record_twilio_status(attempt_id, 'k sid', 'delivered') from look), true, 'a report comes while somebody looks');
select is(
  (
    select outcome || ' ' || message_status
    from record_sms_reconciliation((
      select jsonb_agg(jsonb_build_object(
        'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true,
        'entries', jsonb_build_array(pg_temp.entry('reported', 'k sid', '{"status": "sent"}'))
      )) from look
    ))
  ),
  'reported delivered', 'and what the look says is no news'
);
select is(
  (select outcome from record_sms_reconciliation((
    select jsonb_agg(jsonb_build_object('attempt_id', attempt_id, 'look_token', look_token)) from look
  ))),
  'stale', 'nor is it told twice'
);
select throws_ok($$select record_sms_reconciliation('{}')$$, '22023', null, 'results are an array');

select * from finish();
rollback;
