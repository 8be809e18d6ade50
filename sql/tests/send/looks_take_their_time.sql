-- When the provider is asked about a text, and what a text becomes that is not found.
begin;
select plan(29);

update herald.settings set first_look = '10 seconds', settle_time = '10 minutes', report_time = '1 hour', retry_jitter = 0;
create temporary table claim on commit drop as select * from claim_sms('a sender') where false;
create function pg_temp.in_doubt(p_what text) returns void language plpgsql as $$
begin
  perform a_queued_text(p_what);
  update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;
  update sms_messages set scheduled_for = '2040-05-01 12:00:00+00' where status = 'queued';
  truncate claim;
  insert into claim select * from claim_sms('a sender', p_now => '2040-05-01 12:00:00+00');
  perform record_sms_results(
    jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 500
    )),
    '2040-05-01 12:00:00+00'
  )
  from claim;
end;
$$;
-- Looks at an instant, and finds nothing.
create function pg_temp.look(p_at timestamptz, p_entries jsonb default '[]') returns text language sql as $$
  select recorded.outcome || ' ' || recorded.message_status
  from (
    select jsonb_agg(jsonb_build_object(
      'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true, 'entries', p_entries
    )) as results
    from claim_sms_to_reconcile('a sender', p_now => p_at)
  ) as looked
  cross join lateral record_sms_reconciliation(looked.results, p_at) as recorded
  where looked.results is not null;
$$;
create function pg_temp.next_look() returns timestamptz language sql as $$
  select look_at from sms_messages where status in ('sending', 'sent');
$$;

-- hold
select pg_temp.in_doubt('held');
select is((select validity_seconds from claim), 36000, 'on_unknown = hold: a text may leave the provider as late as ever');
select is(pg_temp.next_look(), '2040-05-01 12:00:10+00', 'the first look is first_look after the attempt');
select is(pg_temp.look('2040-05-01 12:00:10+00'), 'absent sending', 'it is not found');
select is(pg_temp.next_look(), '2040-05-01 12:00:20+00', 'the next pause is as long as the doubt is old');
select is(pg_temp.look('2040-05-01 12:06:00+00'), 'absent sending', 'nor later');
select is(pg_temp.next_look(), '2040-05-01 12:10:00+00', 'but the end of the settle time is not passed over');
select is(pg_temp.look('2040-05-01 12:10:00+00'), 'absent sending', 'hold: not found proves nothing, the text is held');
select is(pg_temp.next_look(), '2040-05-01 12:20:00+00', 'and is looked for more rarely');
select is(pg_temp.look('2040-05-04 12:00:00+00'), 'absent sending', 'for three days');
select is(pg_temp.look('2040-05-08 12:00:00+00'), null, 'then nobody looks any more');
select is(pg_temp.next_look(), null, 'and nobody will');
select is(
  (select string_agg(message.status || ' ' || job.status || ' ' || attempt_count, '')
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id),
  'sending processing 1', 'it is held, and to be seen'
);
select is(
  (select resolve_sms_in_doubt(id, true, 'a sid', '2040-05-08 12:00:00+00') from sms_messages), true, 'until somebody decides'
);
select is(pg_temp.next_look(), '2040-05-08 13:00:00+00', 'what has been sent is asked about after report_time');

-- sent, and no report
select is(pg_temp.look('2040-05-08 12:59:59+00'), null, 'not sooner');
select is(
  pg_temp.look('2040-05-08 13:00:00+00', '[{"sid": "another", "status": "delivered"}]'), 'absent sent',
  'what is said of another is nothing'
);
select is(pg_temp.next_look(), '2040-05-08 14:00:00+00', 'it is asked about again');
select is(pg_temp.look('2040-05-08 14:00:00+00', '[{"sid": "a sid", "status": "sent"}]'), 'reported sent', 'still sent');
select is(pg_temp.next_look(), '2040-05-08 16:00:00+00', 'ever more rarely');
select is(
  pg_temp.look('2040-05-08 16:00:00+00', '[{"sid": "a sid", "status": "undelivered", "error_code": "30003"}]'),
  'reported undelivered', 'what is said goes the way of a report'
);
select results_eq(
  'select status::text, twilio_error_code, failed_at from sms_messages',
  $$values ('undelivered', 30003, '2040-05-08 16:00:00+00'::timestamptz)$$, 'with its reason'
);
select is(pg_temp.look('2040-05-09 16:00:00+00'), null, 'and is asked about no more');

-- resend
delete from sms_messages;
update herald.settings set on_unknown = 'resend';
select pg_temp.in_doubt('again');
select is((select validity_seconds from claim), 600, 'on_unknown = resend: a text cannot leave the provider after the settle time');
select is(pg_temp.look('2040-05-01 12:09:59+00'), 'absent sending', 'within the settle time it is held');
select is(pg_temp.look('2040-05-01 12:10:00+00'), 'resent queued', 'after it, it is sent again, if nobody has found it');
select results_eq(
  $$
    select job.status::text, job.scheduled_for, job.attempts, attempt.outcome
    from queue_jobs as job inner join herald.sms_attempts as attempt on attempt.job_id = job.id
    where job.id = (select queue_job_id from sms_messages)
  $$,
  $$values ('retrying', '2040-05-01 12:10:00+00'::timestamptz, 1, 'not_sent')$$, 'at once, as another attempt'
);

truncate claim;
insert into claim select * from claim_sms('a sender', p_now => '2040-05-01 12:10:00+00');
select is((select attempt from claim), 2, 'it is being sent');
select is(pg_temp.look('2040-05-01 12:30:00+00'), null, 'and by that in nobody''s doubt');

-- A text that is worth nothing any more is not: it would end as expired, and may have arrived.
delete from sms_messages;
select pg_temp.in_doubt('late');
update sms_messages set expires_at = '2040-05-01 12:05:00+00';
select is(pg_temp.look('2040-05-01 12:10:00+00'), 'absent sending', 'what has expired meanwhile is held');

select * from finish();
rollback;
