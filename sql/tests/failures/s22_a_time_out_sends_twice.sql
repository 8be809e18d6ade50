-- Failure 22: a retry after a time-out sent the text twice, or three times. A time-out, a dead runner, a crash in
-- between: one request was made, and there is no second one before the first one's fate is known.
begin;
select plan(9);

create temporary table message on commit drop as
select what, a_queued_text(what) as id from unnest('{timed out, dead runner, never arrived}'::text[]) as what;
update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null;
create temporary table claim on commit drop as
select * from claim_sms('a sender', p_now => now() + interval '1 second');
select from claim, record_sms_results(jsonb_build_array(jsonb_build_object(
  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', true
)))
where message_content <> 'dead runner';
select tick(now() + interval '5 minutes');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '6 minutes')$$, 'a minute after its lease nobody sends one again'
);

create function pg_temp.entries(variadic p_words text[]) returns jsonb language sql as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'sid', 'sid of ' || message_content, 'status', 'delivered', 'direction', 'outbound-api', 'date_created', started_at,
    'to_number', phone_number, 'from_number', 'a sender', 'body', message_content
  )), '[]')
  from claim inner join herald.sms_attempts as attempt on attempt.id = attempt_id
  where message_content = any (p_words);
$$;
create function pg_temp.look(p_after interval, p_entries jsonb) returns text[] language sql as $$
  select array_agg(message_content || ': ' || outcome || ' ' || recorded.message_status order by message_content)
  from record_sms_reconciliation(
    (
      select jsonb_agg(jsonb_build_object(
        'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true, 'entries', p_entries
      ))
      from claim_sms_to_reconcile('a sender', p_now => now() + p_after)
    ),
    now() + p_after
  ) as recorded
  inner join claim using (attempt_id);
$$;
select is(
  pg_temp.look('6 minutes', pg_temp.entries('nothing')),
  '{dead runner: absent sending, never arrived: absent sending, timed out: absent sending}', 'the list is behind: no proof'
);
select is(
  pg_temp.look('20 minutes', pg_temp.entries('timed out', 'dead runner')),
  '{dead runner: found delivered, never arrived: absent sending, timed out: found delivered}', 'then two of them are in it'
);
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 day')$$, 'and none is ever sent again by itself'
);
select is(
  (select array_agg(message_content) from sms_messages where status = 'sending'), '{never arrived}', 'the third is held'
);

-- By a setting that says what it risks, after the settle time, and once the first one can have left no more.
update herald.settings set on_unknown = 'resend', settle_time = '1 hour';
select is(pg_temp.look('59 minutes', pg_temp.entries('nothing')), '{never arrived: absent sending}', 'not within the settle time');
select is(
  pg_temp.look('9 hours 59 minutes', pg_temp.entries('nothing')), '{never arrived: absent sending}',
  'not while the provider may still have it: it was handed over without a bound of ours'
);
update sms_messages set expires_at = null;
select is(pg_temp.look('20 hours', pg_temp.entries('nothing')), '{never arrived: resent queued}', 'then it is sent again');
select is(
  (select array_agg(message_content || ' ' || attempt) from claim_sms('a sender', p_now => now() + interval '20 hours')),
  '{never arrived 2}', 'once'
);

select * from finish();
rollback;
