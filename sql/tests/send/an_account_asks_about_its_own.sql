-- Two accounts at the provider by one database: the list of one says nothing about the texts of the other, and neither
-- do its reports.
begin;
select plan(12);

update herald.settings set first_look = '10 seconds', settle_time = '10 minutes', on_unknown = 'resend';
select herald.register_sender('a1', p_account => 'A');
select herald.register_sender('a2', p_account => 'A');
select herald.register_sender('b1', p_account => 'B');
create temporary table doubt (sender text, message_id uuid, attempt_id uuid) on commit drop;
create function pg_temp.in_doubt(p_sender text) returns void language plpgsql as $$
begin
  perform a_queued_text('of ' || p_sender);
  update sms_messages set scheduled_for = '2040-05-01 12:00+00', expires_at = null where status = 'queued';
  with claim as materialized (select * from claim_sms(p_sender, p_now => '2040-05-01 12:00+00')),
  settled as materialized (
    select claim.*
    from claim
    cross join lateral herald.settle_sms(
      jsonb_build_array(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'outcome', 'unknown')),
      '2040-05-01 12:00:02+00'
    )
  )
  insert into doubt select p_sender, message_id, attempt_id from settled;
end;
$$;
-- Whose texts a runner of this sender is asked to look up.
create function pg_temp.looks(p_sender text, p_at timestamptz) returns text[] language sql as $$
  select array_agg(sender order by sender)
  from claim_sms_to_reconcile(p_sender, p_now => p_at) inner join doubt using (attempt_id);
$$;
select pg_temp.in_doubt('a1');
select pg_temp.in_doubt('b1');
select is((select array_agg(account order by account) from herald.sms_attempts), '{A,B}', 'an attempt is of the account of its sender');
select is(pg_temp.looks('a1', '2040-05-01 12:00:30+00'), '{a1}', 'a sender''s runner looks at its own');
select is(pg_temp.looks('b1', '2040-05-01 12:00:30+00'), '{b1}', 'each of them');
select is(pg_temp.looks('a2', '2040-05-01 13:00+00'), '{a1}', 'what is left alone is looked at by another sender of the account');
select is(pg_temp.looks('a2', '2040-05-02 12:00+00'), '{a1}', 'and never by one of another account, whose list has it not');
select is(pg_temp.looks('nobody knows', '2040-05-03 12:00+00'), null, 'nor by one of whom nobody knows the account');
select herald.register_sender('a1', 5);
select is((select account from herald.senders where sender = 'a1'), 'A', 'whoever registers without an account changes none');

-- Reports.
select is(
  record_twilio_status((select attempt_id from doubt where sender = 'b1'), 'sid of a stranger', 'sent', p_parameters => '{"AccountSid": "A"}'), false,
  'a report of another account is not about its attempt'
);
select is(
  record_twilio_status((select attempt_id from doubt where sender = 'b1'), 'sid of b1', 'sent', p_parameters => '{"AccountSid": "B"}'), true,
  'one of its own account is'
);
select is(
  record_twilio_status((select attempt_id from doubt where sender = 'a1'), 'sid of a1', 'sent'), true, 'and one that does not say'
);

-- What was sent before anybody said by which account.
delete from sms_messages;
delete from doubt;
select pg_temp.in_doubt('old');
select is(pg_temp.looks('a1', '2040-05-01 13:00+00'), null, 'with two accounts nobody knows whose it is');
delete from herald.senders where account = 'B';
select is(pg_temp.looks('a1', '2040-05-01 14:00+00'), '{old}', 'with one it is of that one');

select * from finish();
rollback;
