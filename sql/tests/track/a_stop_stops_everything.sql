-- STOP: the number is suppressed, what waits for it is cancelled, its users have opted out, and the ledger knows; in
-- one transaction, once for each SID. START lifts it; HELP and anything else change nothing.
begin;
select plan(32);

create temporary table who on commit drop as
select a_user_with_phone('+12025550180') as a, a_user_with_phone('+12025550180') as b, a_user_with_phone('+12025550181') as other;
create function pg_temp.fate(p_words text) returns text language plpgsql as $$
declare
  v_id constant uuid := queue_sms_message((select a from who), null, p_words);
begin
  return (select concat_ws(' ', status, split_part(cancel_reason, ':', 1)) from sms_messages where id = v_id);
end;
$$;
create temporary table texts on commit drop as
select 'queued' as what, queue_sms_message(a, null, 'now') as id from who
union all
select 'scheduled', queue_sms_message(a, null, 'tomorrow', p_scheduled_for => now() + interval '1 day') from who
union all
select 'of the other user', queue_sms_message(b, null, 'soon', p_scheduled_for => now() + interval '2 days') from who
union all
select 'elsewhere', queue_sms_message(other, null, 'elsewhere') from who;
with one as (
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern)
  select a, '+12025550180', 'every day', 'scheduled', now() + interval '3 days', 'FREQ=DAILY' from who
  returning id
)
insert into texts select 'series', id from one;
with one as (insert into sms_messages (user_id, phone_number, message_content) select a, '+12025550180', 'pending' from who returning id)
insert into texts select 'pending', id from one;

select is(receive_sms('SM1', '+12025550180', '+15005550006', ' Stop. ', p_now => '2030-05-01 12:00+00'), 'stop', 'a STOP is taken for one');
select set_eq(
  'select what, status::text, cancel_reason from texts inner join sms_messages using (id)',
  $$values
    ('queued', 'cancelled', 'not_opted_out: answered STOP'), ('scheduled', 'cancelled', 'not_opted_out: answered STOP'),
    ('of the other user', 'cancelled', 'not_opted_out: answered STOP'), ('series', 'cancelled', 'not_opted_out: answered STOP'),
    ('pending', 'cancelled', 'not_opted_out: answered STOP'), ('elsewhere', 'queued', null)$$,
  'all that waited for the number is cancelled, whoever it was from, and nothing else'
);
select is(
  (select count(*) from queue_jobs where status = 'cancelled' and error_message = 'not_opted_out: answered STOP'), 1::bigint, 'so is the one job there was'
);
select is(
  (select (phone_number, reason, source, suppressed_at = '2030-05-01 12:00+00')::text from herald.suppressed_numbers), '(+12025550180,"answered STOP",inbound,t)',
  'the number is suppressed'
);
select is(
  (select count(*) from user_sms_preferences where opted_out and opted_out_at = '2030-05-01 12:00+00' and opt_out_reason = 'answered STOP' and phone_number = '+12025550180'),
  2::bigint, 'both of its users have opted out, with the three columns'
);
select is((select opted_out from user_sms_preferences inner join who on other = user_id), false, 'and nobody else');
select set_eq(
  'select user_id, change, source, words, inbound_sid, recorded_at from herald.consent_log',
  $$select who.id, word.* from (select unnest(array[a, b]) as id from who) as who, (values ('opted_out', 'inbound', ' Stop. ', 'SM1', '2030-05-01 12:00+00'::timestamptz)) as word$$,
  'the ledger says who, how, when, and in which words'
);
select is(
  (select (meaning, needs_review, times_received, to_number, words)::text from herald.inbound_sms), '(stop,f,1,+15005550006," Stop. ")', 'the text itself is kept'
);

select is(receive_sms('SM1', '+12025550180', '+15005550006', ' Stop. ', p_now => '2030-05-01 12:01+00'), 'stop', 'told again, it is the same text');
select is((select times_received from herald.inbound_sms), 2, 'which is counted');
select is((select count(*) from herald.consent_log), 2::bigint, 'and changes nothing');

select is(receive_sms('SM2', '+12025550180', null, 'HELP', p_now => '2030-05-01 12:02+00'), 'help', 'HELP is Twilio''s to answer');
select is(receive_sms('SM3', '+12025550180', null, 'Who is this?', p_now => '2030-05-01 12:03+00'), 'other', 'and a question is a question');
select is((select (count(*), bool_or(needs_review))::text from herald.inbound_sms), '(3,f)', 'both are kept');
select is((select count(*) from herald.suppressed_numbers), 1::bigint, 'and change nothing');

select is(
  pg_temp.fate('more'), 'cancelled not_suppressed', 'what comes later is cancelled at once'
);
select is(receive_sms('SM4', '+12025550180', null, 'Start', p_now => '2030-05-02 12:00+00'), 'start', 'START');
select is((select count(*) from herald.suppressed_numbers), 0::bigint, 'lifts the suppression');
select is(
  (select count(*) from user_sms_preferences where not opted_out and opted_out_at is null and opt_out_reason is null and phone_number = '+12025550180'), 2::bigint,
  'and the opt-outs, with all three columns'
);
select is(
  (select array_agg(change || ' ' || source || ' ' || words order by id) from herald.consent_log where user_id = (select a from who)),
  '{"opted_out inbound  Stop. ",opted_in inbound Start}', 'as the ledger says'
);
select is(pg_temp.fate('again'), 'queued', 'texts go again');
select is((select count(*) from sms_messages where status = 'cancelled'), 6::bigint, 'what was cancelled stays so');
select is(receive_sms('SM1', '+12025550180', null, ' Stop. ', p_now => '2030-05-03 12:00+00'), 'stop', 'the old STOP, told once more,');
select is((select count(*) from herald.suppressed_numbers), 0::bigint, 'does not undo the START');

-- In words of their own.
select is(receive_sms('SM5', '+12025550181', null, 'please stop texting me'), 'stop_in_words', 'a sentence stops, too');
select is(
  (select (needs_review, words)::text from herald.inbound_sms where twilio_sid = 'SM5'), '(t,"please stop texting me")', 'and is kept for review'
);
select is(
  (select (m.status, m.cancel_reason)::text from sms_messages as m inner join texts using (id) where what = 'elsewhere'),
  '(cancelled,"not_opted_out: asked in a text to stop")', 'what waited for that number is cancelled'
);

-- From a number that nobody has, and from what is none.
select is(receive_sms('SM6', '+12025550189', null, 'STOP'), 'stop', 'a stranger can say STOP');
select is((select (user_id, change)::text from herald.consent_log where inbound_sid = 'SM6'), '(,opted_out)', 'and is in the ledger as nobody''s number');
select is(receive_sms('SM7', '55555', null, 'STOP'), 'stop', 'a short code that says STOP');
select is((select count(*) from herald.suppressed_numbers where reason <> 'asked in a text to stop'), 1::bigint, 'is on record, and cannot be texted anyway');
select throws_ok($$select receive_sms('', '+12025550180', null, 'STOP')$$, '22004', null, 'a text without a SID is refused');

select * from finish();
rollback;
